// The header parser: a record of a frame's first 192 bytes in, its headers out, one a clock, each
// after frame_pkg::PARSE_CLOCKS clocks. Its verdicts are those of dataplane/packet/parse.
//
//        link  ip   ipv6 extensions  start  align      options, sums     verdict
//   t =  0     2    4                13     14         17                40      42
module header_parser (
  input  logic                              clk_i,
  input  logic                              rst_ni,

  input  logic                              valid_i,
  input  logic [frame_pkg::WINDOW_BITS-1:0] window_i,
  input  logic [frame_pkg::LENGTH_W-1:0]    length_i,
  input  logic [15:0]                       tail_sum_i,

  output logic                              valid_o,
  output frame_pkg::headers_t               headers_o,

  // The addresses as soon as they are known, frame_pkg::EXTENSION_AT clocks after the entry, and
  // the start of the transport header, at frame_pkg::TCP_AT.
  output frame_pkg::ip_t                    early_ip_o,
  output logic [8*20-1:0]                   early_header_o
);

  localparam int IP_BITS = frame_pkg::IP_BITS;
  localparam int LATENCY = frame_pkg::PARSE_CLOCKS;

  logic [LATENCY-1:0] valid_q;
  always_ff @(posedge clk_i) valid_q <= rst_ni ? {valid_q[LATENCY-2:0], valid_i} : '0;
  assign valid_o = valid_q[LATENCY-1];

  // Link.
  logic [IP_BITS-1:0]             link_bytes;
  logic [frame_pkg::LENGTH_W-1:0] link_length;
  logic [1:0]                     link_tags;
  logic                           link_truncated;
  logic                           link_ipv4;
  logic                           link_ipv6;

  link_header u_link_header (
    .clk_i, .window_i, .length_i, .ip_o(link_bytes), .length_o(link_length),
    .vlan_tags_o(link_tags), .truncated_o(link_truncated), .ipv4_o(link_ipv4),
    .ipv6_o(link_ipv6));

  // IP.
  frame_pkg::ip_t        ip;
  logic [IP_BITS-1:0] ip_bytes;
  logic               ipv4_checksum_ok;
  logic               ipv4_options_ok;

  ip_header u_ip_header (
    .clk_i, .ip_i(link_bytes), .length_i(link_length), .vlan_tags_i(link_tags),
    .ipv4_i(link_ipv4), .ipv6_i(link_ipv6), .ip_o(ip));
  delay_line #(.W(IP_BITS), .N(frame_pkg::IP_CLOCKS)) u_ip_bytes (
    .clk_i, .rst_ni, .data_i(link_bytes), .data_o(ip_bytes));
  ipv4_checks #(.LATENCY(frame_pkg::VERDICT_AT - frame_pkg::IP_AT)) u_ipv4_checks (
    .clk_i, .rst_ni, .ip_i(link_bytes), .checksum_ok_o(ipv4_checksum_ok),
    .options_ok_o(ipv4_options_ok));

  assign early_ip_o = ip;

  // IPv6 extension headers, beside which IPv4 waits.
  frame_pkg::extension_walk_t walk;
  frame_pkg::ip_t          walk_ip;

  ipv6_extensions u_ipv6_extensions (
    .clk_i, .rst_ni, .ip_bytes_i(ip_bytes), .ip_i(ip), .walk_o(walk));
  delay_line #(.W(frame_pkg::IP_W), .N(frame_pkg::EXTENSION_CLOCKS)) u_walk_ip (
    .clk_i, .rst_ni, .data_i(ip), .data_o(walk_ip));

  // Where the transport header starts.
  frame_pkg::transport_t start;
  frame_pkg::ip_t           start_ip;
  logic [IP_BITS-1:0]    start_bytes;
  logic [15:0]           start_tail_sum;

  transport_start u_transport_start (
    .clk_i, .ip_i(walk_ip), .walk_i(walk), .start_o(start));
  delay_line #(.W(frame_pkg::IP_W), .N(frame_pkg::TRANSPORT_CLOCKS)) u_start_ip (
    .clk_i, .rst_ni, .data_i(walk_ip), .data_o(start_ip));
  delay_line #(.W(IP_BITS), .N(frame_pkg::ALIGN_AT - frame_pkg::EXTENSION_AT)) u_start_bytes (
    .clk_i, .rst_ni, .data_i(ip_bytes), .data_o(start_bytes));
  delay_line #(.W(16), .N(frame_pkg::ALIGN_AT)) u_start_tail_sum (
    .clk_i, .rst_ni, .data_i(tail_sum_i), .data_o(start_tail_sum));

  // The transport header at a fixed place, its options, and the sum over all of the segment.
  logic [8*frame_pkg::TCP_BYTES-1:0] header;
  frame_pkg::tcp_options_t           options;
  logic                              options_malformed;
  logic                              checksum_ok;

  transport_align u_transport_align (
    .clk_i, .ip_bytes_i(start_bytes), .words_i(start.words), .header_o(header));
  tcp_options u_tcp_options (
    .clk_i, .rst_ni, .bytes_i(header[8*20 +: frame_pkg::OPTIONS_BITS]),
    .length_i({header[8*12+4 +: 4], 2'd0} - 6'd20), .options_o(options),
    .malformed_o(options_malformed));
  segment_sum #(.LATENCY(frame_pkg::VERDICT_AT - frame_pkg::ALIGN_AT)) u_segment_sum (
    .clk_i, .rst_ni, .ip_bytes_i(start_bytes), .tail_sum_i(start_tail_sum), .ip_i(start_ip),
    .start_i(start), .ok_o(checksum_ok));

  assign early_header_o = header[8*20-1:0];

  // The verdict.
  frame_pkg::ip_t           last_ip;
  frame_pkg::transport_t last_start;
  logic [8*20-1:0]       last_header;
  logic                  last_truncated;

  delay_line #(.W(frame_pkg::IP_W), .N(frame_pkg::VERDICT_AT - frame_pkg::ALIGN_AT)) u_last_ip (
    .clk_i, .rst_ni, .data_i(start_ip), .data_o(last_ip));
  delay_line #(.W(frame_pkg::TRANSPORT_W), .N(frame_pkg::VERDICT_AT - frame_pkg::ALIGN_AT))
    u_last_start (.clk_i, .rst_ni, .data_i(start), .data_o(last_start));
  delay_line #(.W(8*20), .N(frame_pkg::TCP_OPTIONS_CLOCKS)) u_last_header (
    .clk_i, .rst_ni, .data_i(header[8*20-1:0]), .data_o(last_header));
  delay_line #(.W(1), .N(frame_pkg::VERDICT_AT - frame_pkg::IP_AT)) u_last_truncated (
    .clk_i, .rst_ni, .data_i(link_truncated), .data_o(last_truncated));

  transport_checks u_transport_checks (
    .clk_i, .truncated_i(last_truncated), .ip_i(last_ip), .ipv4_checksum_ok_i(ipv4_checksum_ok),
    .ipv4_options_ok_i(ipv4_options_ok), .start_i(last_start), .header_i(last_header),
    .checksum_ok_i(checksum_ok), .options_i(options), .options_malformed_i(options_malformed),
    .headers_o);

endmodule
