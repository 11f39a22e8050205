// Finds the UDP datagram of a frame, with the parser's steps as far as they are needed: that the
// packet is sound has been verified by whoever wrote its metadata, and a frame of which these do not
// say so has no datagram here.
module udp_locate (
  input  logic                              clk_i,
  input  logic                              rst_ni,

  input  logic                              enable_i,
  input  logic                              valid_i,
  input  logic [dns_pkg::SLOT_W-1:0]        slot_i,
  input  logic [127:0]                      mark_i,
  input  logic [frame_pkg::WINDOW_BITS-1:0] window_i,  // without the metadata

  // frame_pkg::ALIGN_AT clocks later.
  output logic                              valid_o,
  output logic [dns_pkg::SLOT_W-1:0]        slot_o,
  output logic                              unmarked_o,
  output logic                              udp_o,
  output logic [dns_pkg::PLACE_W-1:0]       at_o,      // in the frame with its metadata
  output logic [13:0]                       length_o   // of the datagram
);

  localparam int LATENCY = frame_pkg::ALIGN_AT;

  wire logic [7:0] flags  = mark_i[mark_pkg::AT_FLAGS +: 8];
  wire logic       marked = mark_i[mark_pkg::AT_ETHERTYPE +: 16]
                                == frame_pkg::be16(mark_pkg::ETHERTYPE)
                         && mark_i[mark_pkg::AT_VERSION +: 8] == mark_pkg::VERSION;
  wire logic       sound  = flags[mark_pkg::CHECKSUM_GOOD] && !flags[mark_pkg::CHECKSUM_BAD]
                         && !flags[mark_pkg::MALFORMED] && !flags[mark_pkg::UNPARSED];

  logic [frame_pkg::IP_BITS-1:0]  link_bytes;
  logic [frame_pkg::LENGTH_W-1:0] link_length;
  logic [1:0]                     link_tags;
  logic                           link_ipv4;
  logic                           link_ipv6;
  frame_pkg::ip_t                 ip;
  logic [frame_pkg::IP_BITS-1:0]  ip_bytes;
  frame_pkg::extension_walk_t     walk;
  frame_pkg::ip_t                 walk_ip;
  frame_pkg::transport_t          start;

  // A sound packet is whole, so no length needs to be known.
  link_header u_link_header (
    .clk_i, .window_i, .length_i('1), .ip_o(link_bytes), .length_o(link_length),
    .vlan_tags_o(link_tags), .truncated_o(), .ipv4_o(link_ipv4), .ipv6_o(link_ipv6));
  ip_header u_ip_header (
    .clk_i, .ip_i(link_bytes), .length_i(link_length), .vlan_tags_i(link_tags),
    .ipv4_i(link_ipv4), .ipv6_i(link_ipv6), .ip_o(ip));
  delay_line #(.W(frame_pkg::IP_BITS), .N(frame_pkg::IP_CLOCKS)) u_ip_bytes (
    .clk_i, .rst_ni, .data_i(link_bytes), .data_o(ip_bytes));
  ipv6_extensions u_ipv6_extensions (
    .clk_i, .rst_ni, .ip_bytes_i(ip_bytes), .ip_i(ip), .walk_o(walk));
  delay_line #(.W(frame_pkg::IP_W), .N(frame_pkg::EXTENSION_CLOCKS)) u_walk_ip (
    .clk_i, .rst_ni, .data_i(ip), .data_o(walk_ip));
  transport_start u_transport_start (
    .clk_i, .ip_i(walk_ip), .walk_i(walk), .start_o(start));

  logic [LATENCY-1:0] valid_q;
  logic               unmarked;
  logic               wanted;

  always_ff @(posedge clk_i) valid_q <= rst_ni ? {valid_q[LATENCY-2:0], valid_i} : '0;
  delay_line #(.W(dns_pkg::SLOT_W + 2), .N(LATENCY)) u_slot (
    .clk_i, .rst_ni, .data_i({slot_i, !marked, enable_i && marked && sound}),
    .data_o({slot_o, unmarked, wanted}));

  wire logic [frame_pkg::LENGTH_W-1:0] at = start.offset + frame_pkg::LENGTH_W'(mark_pkg::BYTES);

  assign valid_o    = valid_q[LATENCY-1];
  assign unmarked_o = valid_o && unmarked;
  assign udp_o      = valid_o && wanted && start.transport && start.kind == frame_pkg::KIND_UDP;
  assign at_o       = at[dns_pkg::PLACE_W-1:0];
  assign length_o   = start.length;

endmodule
