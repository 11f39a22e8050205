// Where the IP packet of a frame ends, read from the frame's first beat without any checks: behind
// up to two VLAN tags, the length of IPv4 or IPv6. 0 for other frames.
module ip_end_peek (
  input  logic                            clk_i,
  input  logic [frame_pkg::BEAT_BITS-1:0] beat_i,

  // A clock later.
  output logic [16:0]                     ip_end_o
);

  logic [1:0] vlan_tags;
  logic       ipv4;
  logic       ipv6;

  link_types u_link_types (.bytes_i(beat_i[8*22-1:0]), .vlan_tags_o(vlan_tags),
                           .ipv4_o(ipv4), .ipv6_o(ipv6));

  // The first six bytes of the IP header, for each number of tags.
  logic [47:0] no_tag_q;
  logic [47:0] one_tag_q;
  logic [47:0] two_tags_q;
  logic [1:0]  vlan_tags_q;
  logic        ipv4_q;
  logic        ipv6_q;

  always_ff @(posedge clk_i) begin
    no_tag_q    <= beat_i[8*14 +: 48];
    one_tag_q   <= beat_i[8*18 +: 48];
    two_tags_q  <= beat_i[8*22 +: 48];
    vlan_tags_q <= vlan_tags;
    ipv4_q      <= ipv4;
    ipv6_q      <= ipv6;
  end

  logic [47:0] ip;
  always_comb begin
    unique case (vlan_tags_q)
      2'd0:    ip = no_tag_q;
      2'd1:    ip = one_tag_q;
      default: ip = two_tags_q;
    endcase
  end

  // IPv4 says how long the packet is, IPv6 what follows its header of 40 bytes.
  wire logic [15:0] length = frame_pkg::be16(ipv6_q ? ip[32 +: 16] : ip[16 +: 16]);
  wire logic [16:0] start  = 17'(frame_pkg::ETHERNET_BYTES) + {13'd0, vlan_tags_q, 2'd0}
                           + (ipv6_q ? 17'd40 : 17'd0);

  assign ip_end_o = ipv4_q || ipv6_q ? start + {1'b0, length} : '0;

endmodule
