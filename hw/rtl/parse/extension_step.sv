// One step of the walk over IPv6 extension headers, in two clocks: fetch the header's first eight
// bytes, then judge them.
module extension_step #(
  parameter bit FIRST = 1'b0  // the first extension header, where hop-by-hop options may stand
) (
  input  logic                          clk_i,

  input  logic [frame_pkg::IP_BITS-1:0] bytes_i,
  input  frame_pkg::ip_t                ip_i,
  input  frame_pkg::extension_walk_t    walk_i,

  output frame_pkg::extension_walk_t    walk_o
);

  // Offsets count from the start of the IPv6 header here, so that they are multiples of 8.
  localparam int OFFSET_W    = 15;
  localparam int FIRST_UNIT  = 5;
  localparam int LAST_UNIT   = frame_pkg::IP_BYTES / 8 - 1;  // the last that the window can show

  wire logic [OFFSET_W-1:0] ip_offset  = OFFSET_W'(frame_pkg::ETHERNET_BYTES)
                                       + {11'd0, ip_i.vlan_tags, 2'd0};
  wire logic [OFFSET_W-1:0] packet_end = OFFSET_W'(ip_i.ip_end) - ip_offset;
  wire logic [OFFSET_W-1:0] window_end = OFFSET_W'(frame_pkg::WINDOW_BYTES) - ip_offset;
  wire logic [OFFSET_W-1:0] header_end = {1'b0, walk_i.units, 3'd0} + OFFSET_W'(8);

  // Clock 1.
  frame_pkg::extension_walk_t walk_q;
  logic [63:0]          header_q;
  logic                 extension_q;
  logic                 in_window_q;
  logic                 in_packet_q;
  logic [OFFSET_W-1:0]  packet_end_q;

  always_ff @(posedge clk_i) begin
    header_q <= '0;
    for (int unit = FIRST_UNIT; unit <= LAST_UNIT; unit++) begin
      if (walk_i.units == 11'(unit)) header_q <= bytes_i[64*unit +: 64];
    end
    walk_q       <= walk_i;
    extension_q  <= walk_i.walking && frame_pkg::is_extension(walk_i.protocol);
    in_window_q  <= header_end <= window_end;
    in_packet_q  <= header_end <= packet_end;
    packet_end_q <= packet_end;
  end

  // Clock 2.
  wire logic [7:0]  next_header = header_q[7:0];
  wire logic [7:0]  more_units  = header_q[15:8];
  wire logic [7:0]  segments    = header_q[31:24];
  wire logic [15:0] field       = frame_pkg::be16(header_q[31:16]);  // of a fragment header

  wire logic is_hop_by_hop = walk_q.protocol == frame_pkg::PROTOCOL_HOP_BY_HOP;
  wire logic is_routing    = walk_q.protocol == frame_pkg::PROTOCOL_ROUTING;
  wire logic is_fragment   = walk_q.protocol == frame_pkg::PROTOCOL_FRAGMENT;

  wire logic [10:0]         next_units = walk_q.units + 11'd1
                                       + {3'd0, is_fragment ? 8'd0 : more_units};
  wire logic [OFFSET_W-1:0] next_end   = {1'b0, next_units, 3'd0};
  wire logic                misplaced  = (is_hop_by_hop && !FIRST)
                                      || (is_routing && segments != '0);

  always_ff @(posedge clk_i) begin
    walk_o <= walk_q;
    if (extension_q) begin
      if (!in_window_q) begin
        walk_o.walking  <= 1'b0;
        walk_o.unparsed <= 1'b1;
      end else if (!in_packet_q || misplaced || next_end > packet_end_q) begin
        walk_o.walking <= 1'b0;
        walk_o.invalid <= 1'b1;
      end else begin
        walk_o.protocol <= next_header;
        walk_o.units    <= next_units;
        if (is_fragment && (field[0] || field[15:3] != '0)) begin
          walk_o.walking  <= 1'b0;
          walk_o.fragment <= 1'b1;
          walk_o.more     <= field[0];
          walk_o.place    <= field[15:3];
        end
      end
    end
  end

endmodule
