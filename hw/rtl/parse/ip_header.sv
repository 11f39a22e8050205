// Second step of the parser: reads and checks the fixed part of an IPv4 or IPv6 header. What needs
// more time, the checksum and the options of IPv4, is judged beside it.
module ip_header (
  input  logic                           clk_i,

  input  logic [frame_pkg::IP_BITS-1:0]  ip_i,
  input  logic [frame_pkg::LENGTH_W-1:0] length_i,
  input  logic [1:0]                     vlan_tags_i,
  input  logic                           ipv4_i,
  input  logic                           ipv6_i,

  // Two clocks later.
  output frame_pkg::ip_t                    ip_o
);

  localparam int LENGTH_W = frame_pkg::LENGTH_W;

  // The mapped form that stands for an IPv4 address, ::ffff:a.b.c.d, in the order of the wire.
  localparam logic [95:0] MAPPED = {16'hffff, 80'd0};

  function automatic logic is_mapped(input logic [127:0] address);
    is_mapped = address[95:0] == MAPPED;
  endfunction

  // Neither "this network", loopback, multicast nor reserved.
  function automatic logic ipv4_source_valid(input logic [7:0] first);
    ipv4_source_valid = first != 8'd0 && first != 8'd127 && first < 8'd224;
  endfunction

  // Neither multicast, unspecified nor loopback.
  function automatic logic ipv6_source_valid(input logic [127:0] source);
    ipv6_source_valid = source[7:0] != 8'hff && !(source[119:0] == '0 && source[127:121] == '0);
  endfunction

  wire logic [16:0] ip_offset = 17'(frame_pkg::ETHERNET_BYTES) + {13'd0, vlan_tags_i, 2'd0};

  wire logic [3:0]   version      = ip_i[7:4];
  wire logic [5:0]   header_bytes = {ip_i[3:0], 2'd0};  // of IPv4
  wire logic [15:0]  total        = frame_pkg::be16(ip_i[8*2 +: 16]);
  wire logic [15:0]  fragment     = frame_pkg::be16(ip_i[8*6 +: 16]);
  wire logic [31:0]  source4      = ip_i[8*12 +: 32];
  wire logic [31:0]  destination4 = ip_i[8*16 +: 32];
  wire logic [15:0]  payload      = frame_pkg::be16(ip_i[8*4 +: 16]);
  wire logic [127:0] source6      = ip_i[8*8 +: 128];
  wire logic [127:0] destination6 = ip_i[8*24 +: 128];

  // Clock 1: the facts, one comparison or addition each.
  logic                ipv4_q;
  logic                ipv6_q;
  logic                header_cut_q;
  logic                header_wrong_q;
  logic                source_wrong_q;
  logic                land_q;
  logic [16:0]         end_q;
  logic [LENGTH_W-1:0] length_q;
  logic [1:0]          vlan_tags_q;
  logic [127:0]        source_q;
  logic [127:0]        destination_q;
  logic [7:0]          protocol_q;
  logic [5:0]          header_bytes_q;
  logic                more_q;
  logic [12:0]         place_q;

  always_ff @(posedge clk_i) begin
    ipv4_q         <= ipv4_i;
    ipv6_q         <= ipv6_i;
    length_q       <= length_i;
    vlan_tags_q    <= vlan_tags_i;
    header_bytes_q <= header_bytes;
    more_q         <= ipv4_i && fragment[13];
    place_q        <= ipv4_i ? fragment[12:0] : '0;
    if (ipv6_i) begin
      header_cut_q   <= 17'(length_i) < ip_offset + 17'd40;
      header_wrong_q <= version != 4'd6 || is_mapped(source6) || is_mapped(destination6);
      source_wrong_q <= !ipv6_source_valid(source6);
      land_q         <= source6 == destination6;
      end_q          <= ip_offset + 17'd40 + {1'b0, payload};
      source_q       <= source6;
      destination_q  <= destination6;
      protocol_q     <= ip_i[8*6 +: 8];
    end else begin
      header_cut_q   <= 17'(length_i) < ip_offset + 17'd20;
      header_wrong_q <= version != 4'd4 || header_bytes < 6'd20 || total < {10'd0, header_bytes};
      source_wrong_q <= !ipv4_source_valid(source4[7:0]);
      land_q         <= source4 == destination4;
      end_q          <= ip_offset + {1'b0, total};
      source_q       <= {source4, MAPPED};
      destination_q  <= {destination4, MAPPED};
      protocol_q     <= ip_i[8*9 +: 8];
    end
  end

  // Clock 2: what follows from them.
  wire logic is_ip     = ipv4_q || ipv6_q;
  wire logic addressed = is_ip && !header_cut_q && !header_wrong_q;
  wire logic cut       = 17'(length_q) < end_q;

  always_ff @(posedge clk_i) begin
    ip_o.ipv6         <= ipv6_q;
    ip_o.vlan_tags    <= vlan_tags_q;
    ip_o.addressed    <= addressed;
    ip_o.whole        <= addressed && !cut;
    ip_o.truncated    <= is_ip && (header_cut_q || (!header_wrong_q && cut));
    ip_o.invalid      <= is_ip && !header_cut_q && header_wrong_q;
    ip_o.source_wrong <= source_wrong_q;
    ip_o.land         <= land_q;
    ip_o.more         <= more_q;
    ip_o.place        <= place_q;
    ip_o.header_bytes <= ipv6_q ? 6'd40 : header_bytes_q;
    ip_o.protocol     <= protocol_q;
    ip_o.ip_end       <= end_q[LENGTH_W-1:0];
    ip_o.source       <= source_q;
    ip_o.destination  <= destination_q;
  end

endmodule
