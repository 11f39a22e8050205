// Fourth step of the parser: where the transport header starts, how long the segment is, and what
// kind of packet this is, now that IPv4 and IPv6 look alike.
module transport_start (
  input  logic                  clk_i,

  input  frame_pkg::ip_t           ip_i,
  input  frame_pkg::extension_walk_t  walk_i,

  // A clock later.
  output frame_pkg::transport_t start_o
);

  localparam int LENGTH_W = frame_pkg::LENGTH_W;

  function automatic logic [2:0] kind_of(input logic [7:0] protocol, input logic ipv6);
    unique case (protocol)
      frame_pkg::PROTOCOL_TCP:    kind_of = frame_pkg::KIND_TCP;
      frame_pkg::PROTOCOL_UDP:    kind_of = frame_pkg::KIND_UDP;
      frame_pkg::PROTOCOL_ICMP:   kind_of = ipv6 ? frame_pkg::KIND_OTHER : frame_pkg::KIND_ICMP;
      frame_pkg::PROTOCOL_ICMPV6: kind_of = ipv6 ? frame_pkg::KIND_ICMP : frame_pkg::KIND_OTHER;
      default:                    kind_of = frame_pkg::KIND_OTHER;
    endcase
  endfunction

  wire logic [7:0]  protocol = ip_i.ipv6 && ip_i.whole ? walk_i.protocol : ip_i.protocol;
  wire logic [13:0] header   = ip_i.ipv6 ? {walk_i.units, 3'd0} : {8'd0, ip_i.header_bytes};

  wire logic [LENGTH_W-1:0] offset = LENGTH_W'(frame_pkg::ETHERNET_BYTES)
                                   + {10'd0, ip_i.vlan_tags, 2'd0} + header;
  wire logic ipv4_fragment = !ip_i.ipv6 && ip_i.whole && (ip_i.more || ip_i.place != '0);
  wire logic fragment      = ipv4_fragment || walk_i.fragment;

  always_ff @(posedge clk_i) begin
    start_o.transport <= ip_i.ipv6 ? walk_i.walking : ip_i.whole && !ipv4_fragment;
    start_o.fragment  <= fragment;
    start_o.more      <= ip_i.ipv6 ? walk_i.more : ip_i.more;
    start_o.place     <= ip_i.ipv6 ? walk_i.place : ip_i.place;
    start_o.extension_invalid <= walk_i.invalid;
    start_o.offset    <= offset;
    start_o.words     <= header[13:2] > 12'd63 ? 6'd63 : header[7:2];
    start_o.length    <= ip_i.ip_end - offset;
    start_o.protocol  <= protocol;

    // What is decided first stands last.
    start_o.kind <= kind_of(protocol, ip_i.ipv6);
    if (ip_i.ipv6 && !walk_i.walking) start_o.kind <= frame_pkg::KIND_OTHER;
    if (fragment) start_o.kind <= frame_pkg::KIND_FRAGMENT;
    if (walk_i.unparsed) start_o.kind <= frame_pkg::KIND_UNPARSED;
    if (!ip_i.addressed) start_o.kind <= frame_pkg::KIND_NOT_IP;
  end

endmodule
