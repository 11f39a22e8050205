// Reads the EtherTypes of a frame's first 22 bytes: how many VLAN tags there are, at most two, and
// whether IPv4 or IPv6 follows. A third tag is neither.
module link_types (
  input  logic [8*22-1:0] bytes_i,
  output logic [1:0]      vlan_tags_o,
  output logic            ipv4_o,
  output logic            ipv6_o
);

  localparam logic [15:0] TYPE_IPV4 = 16'h0800;
  localparam logic [15:0] TYPE_IPV6 = 16'h86dd;
  localparam logic [15:0] TYPE_VLAN = 16'h8100;  // IEEE 802.1Q
  localparam logic [15:0] TYPE_QINQ = 16'h88a8;  // IEEE 802.1ad

  wire logic [15:0] type0 = frame_pkg::be16(bytes_i[8*12 +: 16]);
  wire logic [15:0] type1 = frame_pkg::be16(bytes_i[8*16 +: 16]);
  wire logic [15:0] type2 = frame_pkg::be16(bytes_i[8*20 +: 16]);

  wire logic tag0 = type0 == TYPE_VLAN || type0 == TYPE_QINQ;
  wire logic tag1 = type1 == TYPE_VLAN || type1 == TYPE_QINQ;

  wire logic [15:0] type_ip = !tag0 ? type0 : !tag1 ? type1 : type2;

  assign vlan_tags_o = !tag0 ? 2'd0 : !tag1 ? 2'd1 : 2'd2;
  assign ipv4_o      = type_ip == TYPE_IPV4;
  assign ipv6_o      = type_ip == TYPE_IPV6;

endmodule
