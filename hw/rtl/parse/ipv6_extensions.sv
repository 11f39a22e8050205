// Third step of the parser: walks over up to four IPv6 extension headers to the transport header,
// two clocks for each. IPv4 packets and what stops early pass through unchanged.
//
// Rules, in this order for each header: a fifth one, or one that does not start inside the window,
// makes the packet unparsed; it must be whole; hop-by-hop options come first (RFC 8200, section
// 4.1); a routing header has no segments left; a fragment header that is not of a whole packet
// (RFC 6946) ends the walk.
module ipv6_extensions (
  input  logic                          clk_i,
  input  logic                          rst_ni,

  input  logic [frame_pkg::IP_BITS-1:0] ip_bytes_i,
  input  frame_pkg::ip_t                   ip_i,

  // frame_pkg::EXTENSION_CLOCKS later.
  output frame_pkg::extension_walk_t          walk_o
);

  localparam int STEPS = frame_pkg::EXTENSIONS;

  frame_pkg::extension_walk_t first;

  always_comb begin
    first          = '0;
    first.walking  = ip_i.whole && ip_i.ipv6;
    first.protocol = ip_i.protocol;
    first.units    = 11'd5;
  end

  for (genvar i = 0; i < STEPS; i++) begin : g_step
    frame_pkg::extension_walk_t    walk;  // as the step finds it
    logic [frame_pkg::IP_BITS-1:0] bytes;
    frame_pkg::ip_t                ip;
    frame_pkg::extension_walk_t    walk_q;  // as it leaves it
    logic [frame_pkg::IP_BITS-1:0] bytes_q;
    frame_pkg::ip_t                ip_q;

    if (i == 0) begin : g_first
      assign bytes = ip_bytes_i;
      assign ip    = ip_i;
      assign walk  = first;
    end else begin : g_next
      assign walk  = g_step[i-1].walk_q;
      assign bytes = g_step[i-1].bytes_q;
      assign ip    = g_step[i-1].ip_q;
    end

    extension_step #(.FIRST(i == 0)) u_step (
      .clk_i, .bytes_i(bytes), .ip_i(ip), .walk_i(walk), .walk_o(walk_q));
    delay_line #(.W(frame_pkg::IP_BITS), .N(2)) u_bytes (
      .clk_i, .rst_ni, .data_i(bytes), .data_o(bytes_q));
    delay_line #(.W(frame_pkg::IP_W), .N(2)) u_ip (
      .clk_i, .rst_ni, .data_i(ip), .data_o(ip_q));
  end

  // Who is still at an extension header now has more of them than are read.
  wire frame_pkg::extension_walk_t walked = g_step[STEPS-1].walk_q;
  wire logic too_many = walked.walking && frame_pkg::is_extension(walked.protocol);

  always_ff @(posedge clk_i) begin
    walk_o          <= walked;
    walk_o.unparsed <= walked.unparsed || too_many;
    walk_o.walking  <= walked.walking && !too_many;
  end

endmodule
