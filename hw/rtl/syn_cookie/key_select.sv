// Which key register a packet's cookie uses, from the first 20 bytes of its TCP header: that of the
// present slot for a SYN, that of the cookie's slot for what acknowledges.
module key_select #(
  parameter int SLOT_DELAY = 17,  // clocks by which the slot comes before the header
  parameter int LATENCY    = 11
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic [7:0]      slot_now_i,
  input  logic [8*20-1:0] header_i,    // SLOT_DELAY later
  output logic [1:0]      register_o   // LATENCY after the header
);

  logic [7:0] slot_now;
  delay_line #(.W(8), .N(SLOT_DELAY)) u_slot_now (
    .clk_i, .rst_ni, .data_i(slot_now_i), .data_o(slot_now));

  logic syn;
  logic ack;
  segment_class u_class (.flags_i(header_i[8*13 +: 8]), .syn_o(syn), .ack_o(ack));

  wire logic [31:0] cookie = frame_pkg::be32(header_i[8*8 +: 32]) - 32'd1;

  // A slot's register is the slot modulo 4, and so is what a cookie shows of it.
  logic [1:0] register_q;
  always_ff @(posedge clk_i) register_q <= ack ? cookie[31:30] : slot_now[1:0];

  delay_line #(.W(2), .N(LATENCY - 1)) u_register (
    .clk_i, .rst_ni, .data_i(register_q), .data_o(register_o));

endmodule
