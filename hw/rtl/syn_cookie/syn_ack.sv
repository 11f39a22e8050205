// Builds the headers of the SYN-ACK that answers a SYN, as answer_in_place of software does. All of
// it is ready but the sequence number before the cookie is; the cookie comes LATENCY - 2 clocks
// after the rest and is then worked into the checksum.
module syn_ack #(
  parameter int LATENCY = 18
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  frame_pkg::headers_t     headers_i,
  input  cookie_pkg::plan_t       plan_i,
  input  logic [31:0]             ms_i,

  input  logic [31:0]             cookie_i,  // LATENCY - 2 clocks later

  // LATENCY clocks later.
  output syn_cookie_pkg::answer_t answer_o
);

  localparam logic [7:0]  HOP_LIMIT     = 8'd64;
  localparam logic [15:0] DONT_FRAGMENT = 16'h4000;
  localparam logic [7:0]  SYN_ACK       = 8'h12;

  localparam int OPTION_CLOCKS = 2;
  localparam int OPTION_WORDS  = frame_pkg::OPTIONS_BYTES / 2;
  localparam int TCP_WORDS     = OPTION_WORDS + 16 + 8;  // options, addresses, the rest
  localparam int IPV4_WORDS    = 9;
  localparam int TCP_SUM       = OPTION_CLOCKS + sum_tree_pkg::latency(TCP_WORDS);
  localparam int IPV4_SUM      = OPTION_CLOCKS + sum_tree_pkg::latency(IPV4_WORDS);

  if (LATENCY < TCP_SUM + 2 || LATENCY < IPV4_SUM + 2) begin : g_check
    $fatal(1, "syn_ack: LATENCY is too short");
  end

  // Sizes. The IP header counts to the TCP header, IPv4 options and IPv6 extensions included.
  wire logic [5:0]  ip_words  = 6'((headers_i.transport_offset - 14'd14) >> 2)
                              - {4'd0, headers_i.vlan_tags};
  wire logic [15:0] ip_bytes  = {8'd0, ip_words, 2'd0};
  wire logic [15:0] tcp_bytes = {10'd0, headers_i.tcp_words, 2'd0};

  wire logic [31:0] timestamp = {ms_i[25:0], plan_i.tsopt};

  logic [frame_pkg::OPTIONS_BITS-1:0] options;
  syn_ack_options u_options (
    .clk_i, .headers_i, .plan_i, .timestamp_i(timestamp), .bytes_o(options));

  // What stands beside the options meanwhile.
  localparam int FIXED_W = 1 + 2 + 6 + 4 + 16 + 16 + 128 + 128 + 32 + 32 + 16 + 16;
  logic         ipv6;
  logic [1:0]   vlan_tags;
  logic [5:0]   words;
  logic [3:0]   tcp_words;
  logic [15:0]  ip_length;
  logic [15:0]  tcp_length;
  logic [127:0] source;
  logic [127:0] destination;
  logic [31:0]  ports;
  logic [31:0]  acknowledgement;
  logic [15:0]  offset_flags;
  logic [15:0]  window;

  // The length field counts the IPv4 header, but not the fixed part of the IPv6 header.
  wire logic [15:0] length_field = ip_bytes + tcp_bytes - (headers_i.ipv6 ? 16'd40 : 16'd0);

  delay_line #(.W(FIXED_W), .N(OPTION_CLOCKS)) u_fixed (
    .clk_i, .rst_ni,
    .data_i({headers_i.ipv6, headers_i.vlan_tags, ip_words, headers_i.tcp_words, length_field,
             tcp_bytes, headers_i.destination, headers_i.source,
             headers_i.destination_port, headers_i.source_port,
             headers_i.sequence_number + 32'd1,
             headers_i.tcp_words, 4'd0, SYN_ACK, plan_i.server_window}),
    .data_o({ipv6, vlan_tags, words, tcp_words, ip_length, tcp_length, source, destination, ports,
             acknowledgement, offset_flags, window}));

  // The sums, but for the sequence number.
  logic [16*TCP_WORDS-1:0]  tcp_terms;
  logic [16*IPV4_WORDS-1:0] ipv4_terms;

  wire logic [3:0] option_words = words[3:0] - 4'd5;  // of IPv4

  always_comb begin
    for (int i = 0; i < OPTION_WORDS; i++) begin
      tcp_terms[16*i +: 16] = frame_pkg::be16(options[16*i +: 16]);
    end
    for (int i = 0; i < 8; i++) begin
      // The last two words of each address are those of an IPv4 address.
      tcp_terms[16*(OPTION_WORDS+i) +: 16] =
          ipv6 || i >= 6 ? frame_pkg::be16(source[16*i +: 16]) : 16'd0;
      tcp_terms[16*(OPTION_WORDS+8+i) +: 16] =
          ipv6 || i >= 6 ? frame_pkg::be16(destination[16*i +: 16]) : 16'd0;
    end
    tcp_terms[16*(OPTION_WORDS+16) +: 128] = {
        8'd0, frame_pkg::PROTOCOL_TCP, tcp_length, ports, acknowledgement, offset_flags, window};

    ipv4_terms[15:0]     = {4'd4, words[3:0], 8'd0};
    ipv4_terms[31:16]    = ip_length;
    ipv4_terms[47:32]    = DONT_FRAGMENT;
    ipv4_terms[63:48]    = {HOP_LIMIT, frame_pkg::PROTOCOL_TCP};
    ipv4_terms[95:64]    = frame_pkg::be32(source[127:96]);
    ipv4_terms[127:96]   = frame_pkg::be32(destination[127:96]);
    // For each word of options two words of two no-operations: 0x0202 times the number.
    ipv4_terms[143:128]  = {3'd0, option_words, 4'd0, option_words, 1'b0};
  end

  logic [31:0] tcp_sum;
  logic [31:0] ipv4_sum;
  sum_tree #(.N(TCP_WORDS)) u_tcp_sum (.clk_i, .words_i(tcp_terms), .sum_o(tcp_sum));
  sum_tree #(.N(IPV4_WORDS)) u_ipv4_sum (.clk_i, .words_i(ipv4_terms), .sum_o(ipv4_sum));

  logic [31:0] tcp_sum_late;
  logic [15:0] ipv4_checksum;
  delay_line #(.W(32), .N(LATENCY - 2 - TCP_SUM)) u_tcp_sum_late (
    .clk_i, .rst_ni, .data_i(tcp_sum), .data_o(tcp_sum_late));
  delay_line #(.W(16), .N(LATENCY - IPV4_SUM)) u_ipv4_checksum (
    .clk_i, .rst_ni, .data_i(~frame_pkg::fold(ipv4_sum)), .data_o(ipv4_checksum));

  // With the cookie: one clock to add it, one to fold.
  logic [31:0] sum_q;
  logic [15:0] tcp_checksum_q;
  logic [31:0] sequence_number;

  always_ff @(posedge clk_i) begin
    sum_q          <= tcp_sum_late + {16'd0, cookie_i[31:16]} + {16'd0, cookie_i[15:0]};
    tcp_checksum_q <= ~frame_pkg::fold(sum_q);
  end
  delay_line #(.W(32), .N(2)) u_sequence (
    .clk_i, .rst_ni, .data_i(cookie_i), .data_o(sequence_number));

  // Everything else again when the checksum is there.
  localparam int LATE_W = FIXED_W - 16 + frame_pkg::OPTIONS_BITS;
  logic [15:0]  late_ip_length;
  logic [127:0] late_source;
  logic [127:0] late_destination;
  logic [31:0]  late_ports;
  logic [31:0]  late_acknowledgement;
  logic [15:0]  late_offset_flags;
  logic [15:0]  late_window;
  logic [frame_pkg::OPTIONS_BITS-1:0] late_options;

  delay_line #(.W(LATE_W), .N(LATENCY - OPTION_CLOCKS)) u_late (
    .clk_i, .rst_ni,
    .data_i({ipv6, vlan_tags, words, tcp_words, ip_length, source, destination, ports,
             acknowledgement, offset_flags, window, options}),
    .data_o({answer_o.ipv6, answer_o.vlan_tags, answer_o.ip_words, answer_o.tcp_words,
             late_ip_length, late_source, late_destination, late_ports, late_acknowledgement,
             late_offset_flags, late_window, late_options}));

  always_comb begin
    answer_o.tcp[31:0]     = frame_pkg::be32(late_ports);
    answer_o.tcp[63:32]    = frame_pkg::be32(sequence_number);
    answer_o.tcp[95:64]    = frame_pkg::be32(late_acknowledgement);
    answer_o.tcp[127:96]   = frame_pkg::be32({late_offset_flags, late_window});
    answer_o.tcp[159:128]  = frame_pkg::be32({tcp_checksum_q, 16'd0});
    answer_o.tcp[479:160]  = late_options;
  end

  // The fixed IP header. The next header of IPv6 stays as it is; a zero stands in its place.
  always_comb begin
    answer_o.ip = '0;
    if (answer_o.ipv6) begin
      answer_o.ip[31:0]    = frame_pkg::be32(32'h60000000);
      answer_o.ip[63:32]   = frame_pkg::be32({late_ip_length, 8'd0, HOP_LIMIT});
      answer_o.ip[191:64]  = late_source;
      answer_o.ip[319:192] = late_destination;
    end else begin
      answer_o.ip[31:0]    = frame_pkg::be32({4'd4, answer_o.ip_words[3:0], 8'd0, late_ip_length});
      answer_o.ip[63:32]   = frame_pkg::be32({16'd0, DONT_FRAGMENT});
      answer_o.ip[95:64]   = frame_pkg::be32({HOP_LIMIT, frame_pkg::PROTOCOL_TCP, ipv4_checksum});
      answer_o.ip[127:96]  = late_source[127:96];
      answer_o.ip[159:128] = late_destination[127:96];
    end
  end

endmodule
