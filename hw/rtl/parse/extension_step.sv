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

  // Offsets count from the start of the IPv6 header here, so that those of headers are multiples of
  // 8 bytes, and are counted as such.
  localparam int OFFSET_W    = 14;
  localparam int UNITS_W     = 11;
  localparam int FIRST_UNIT  = 5;
  localparam int LAST_UNIT   = frame_pkg::IP_BYTES / 8 - 1;  // the last that the window can show

  wire logic [OFFSET_W-1:0] ip_offset  = OFFSET_W'(frame_pkg::ETHERNET_BYTES)
                                       + {10'd0, ip_i.vlan_tags, 2'd0};
  wire logic [OFFSET_W-1:0] packet_end = ip_i.ip_end - ip_offset;
  wire logic [OFFSET_W-1:0] window_end = OFFSET_W'(frame_pkg::WINDOW_BYTES) - ip_offset;

  // Clock 1. Who walks is inside the packet, so something may be left of it but never less than
  // nothing.
  frame_pkg::extension_walk_t walk_q;
  logic [63:0]                header_q;
  logic                       extension_q;
  logic                       hop_by_hop_q;
  logic                       routing_q;
  logic                       fragment_q;
  logic                       in_window_q;
  logic [UNITS_W-1:0]         left_q;  // of the packet, from this header on

  always_ff @(posedge clk_i) begin
    header_q <= '0;
    for (int unit = FIRST_UNIT; unit <= LAST_UNIT; unit++) begin
      if (walk_i.units == UNITS_W'(unit)) header_q <= bytes_i[64*unit +: 64];
    end
    walk_q       <= walk_i;
    extension_q  <= walk_i.walking && frame_pkg::is_extension(walk_i.protocol);
    hop_by_hop_q <= walk_i.protocol == frame_pkg::PROTOCOL_HOP_BY_HOP;
    routing_q    <= walk_i.protocol == frame_pkg::PROTOCOL_ROUTING;
    fragment_q   <= walk_i.protocol == frame_pkg::PROTOCOL_FRAGMENT;
    in_window_q  <= walk_i.units < window_end[3 +: UNITS_W];
    left_q       <= packet_end[3 +: UNITS_W] - walk_i.units;
  end

  // Clock 2.
  wire logic [7:0]  next_header = header_q[7:0];
  wire logic [7:0]  length      = header_q[15:8];
  wire logic [7:0]  segments    = header_q[31:24];
  wire logic [15:0] field       = frame_pkg::be16(header_q[31:16]);  // of a fragment header

  wire logic [7:0]         more_units = fragment_q ? 8'd0 : length;
  wire logic [UNITS_W-1:0] next_units = walk_q.units + UNITS_W'(1) + {3'd0, more_units};
  wire logic               cut        = left_q <= {3'd0, more_units};
  wire logic               misplaced  = (hop_by_hop_q && !FIRST)
                                     || (routing_q && segments != '0);

  always_ff @(posedge clk_i) begin
    walk_o <= walk_q;
    if (extension_q) begin
      if (!in_window_q) begin
        walk_o.walking  <= 1'b0;
        walk_o.unparsed <= 1'b1;
      end else if (cut || misplaced) begin
        walk_o.walking <= 1'b0;
        walk_o.invalid <= 1'b1;
      end else begin
        walk_o.protocol <= next_header;
        walk_o.units    <= next_units;
        if (fragment_q && (field[0] || field[15:3] != '0)) begin
          walk_o.walking  <= 1'b0;
          walk_o.fragment <= 1'b1;
          walk_o.more     <= field[0];
          walk_o.place    <= field[15:3];
        end
      end
    end
  end

endmodule
