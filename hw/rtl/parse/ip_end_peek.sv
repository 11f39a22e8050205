// Where the IP packet of a frame ends, read from the frame's first beat without any checks: behind
// up to two VLAN tags, the length of IPv4 or IPv6. 0 for other frames.
module ip_end_peek (
  input  logic [frame_pkg::BEAT_BITS-1:0] beat_i,
  output logic [16:0]                     ip_end_o
);

  logic [1:0]  vlan_tags;
  logic        ipv4;
  logic        ipv6;

  link_types u_link_types (.bytes_i(beat_i[8*22-1:0]), .vlan_tags_o(vlan_tags),
                           .ipv4_o(ipv4), .ipv6_o(ipv6));

  // The first six bytes of the IP header, for each number of tags.
  logic [47:0] ip;
  always_comb begin
    unique case (vlan_tags)
      2'd0:    ip = beat_i[8*14 +: 48];
      2'd1:    ip = beat_i[8*18 +: 48];
      default: ip = beat_i[8*22 +: 48];
    endcase
  end

  wire logic [16:0] start = 17'(frame_pkg::ETHERNET_BYTES) + {13'd0, vlan_tags, 2'd0};

  always_comb begin
    ip_end_o = '0;
    if (ipv4) ip_end_o = start + {1'b0, frame_pkg::be16(ip[16 +: 16])};
    if (ipv6) ip_end_o = start + 17'd40 + {1'b0, frame_pkg::be16(ip[32 +: 16])};
  end

endmodule
