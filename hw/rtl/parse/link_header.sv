// First step of the parser: finds the IP header behind Ethernet and up to two VLAN tags, and moves
// it to the front.
module link_header (
  input  logic                              clk_i,

  input  logic [frame_pkg::WINDOW_BITS-1:0] window_i,
  input  logic [frame_pkg::LENGTH_W-1:0]    length_i,

  // Two clocks later.
  output logic [frame_pkg::IP_BITS-1:0]     ip_o,         // zero behind the window
  output logic [frame_pkg::LENGTH_W-1:0]    length_o,
  output logic [1:0]                        vlan_tags_o,
  output logic                              truncated_o,  // inside the Ethernet header or a tag
  output logic                              ipv4_o,
  output logic                              ipv6_o
);

  logic [1:0] vlan_tags;
  logic       ipv4;
  logic       ipv6;

  link_types u_link_types (.bytes_i(window_i[8*22-1:0]), .vlan_tags_o(vlan_tags),
                           .ipv4_o(ipv4), .ipv6_o(ipv6));

  logic [frame_pkg::WINDOW_BITS-1:0] window_q;
  logic [frame_pkg::LENGTH_W-1:0]    length_q;
  logic [1:0]                        vlan_tags_q;
  logic                              ipv4_q;
  logic                              ipv6_q;
  logic                              no_ethernet_q;
  logic                              no_tag_q;

  // Bytes behind the frame's end are whatever lay on the bus; a tag is only read if it is there.
  wire logic [frame_pkg::LENGTH_W-1:0] link_end =
      frame_pkg::LENGTH_W'(frame_pkg::ETHERNET_BYTES) + {10'd0, vlan_tags, 2'd0};

  always_ff @(posedge clk_i) begin
    window_q      <= window_i;
    length_q      <= length_i;
    vlan_tags_q   <= vlan_tags;
    ipv4_q        <= ipv4;
    ipv6_q        <= ipv6;
    no_ethernet_q <= length_i < frame_pkg::LENGTH_W'(frame_pkg::ETHERNET_BYTES);
    no_tag_q      <= length_i < link_end;
  end

  localparam int TOP = frame_pkg::WINDOW_BITS - 1;

  always_ff @(posedge clk_i) begin
    unique case (vlan_tags_q)
      2'd0:    ip_o <= window_q[TOP:8*14];
      2'd1:    ip_o <= {32'd0, window_q[TOP:8*18]};
      default: ip_o <= {64'd0, window_q[TOP:8*22]};
    endcase
    length_o    <= length_q;
    vlan_tags_o <= vlan_tags_q;
    truncated_o <= no_ethernet_q || no_tag_q;
    ipv4_o      <= ipv4_q && !no_ethernet_q && !no_tag_q;
    ipv6_o      <= ipv6_q && !no_ethernet_q && !no_tag_q;
  end

endmodule
