// The end of SipHash with three rounds of finalization, a state a clock. `place_o` xor `tag_o` is
// what SipHash gives; apart they are the 128 bits that a suffix is found by.
module sip_finish (
  input  logic         clk_i,
  input  logic [255:0] state_i,

  // siphash_pkg::FINISH_CLOCKS later.
  output logic [63:0]  place_o,
  output logic [63:0]  tag_o
);

  localparam int HALVES = siphash_pkg::FINISH_CLOCKS - 1;

  for (genvar i = 0; i < HALVES; i++) begin : g_stage
    logic [255:0] state;
    logic [255:0] state_q;

    if (i == 0) begin : g_first
      assign state = {state_i[255:192], state_i[191:128] ^ 64'hff, state_i[127:0]};
    end else begin : g_next
      assign state = g_stage[i-1].state_q;
    end

    if (i % 2 == 0) begin : g_half_a
      always_ff @(posedge clk_i) state_q <= siphash_pkg::half_a(state);
    end else begin : g_half_b
      always_ff @(posedge clk_i) state_q <= siphash_pkg::half_b(state);
    end
  end

  always_ff @(posedge clk_i) begin
    place_o <= g_stage[HALVES-1].state_q[63:0] ^ g_stage[HALVES-1].state_q[127:64];
    tag_o   <= g_stage[HALVES-1].state_q[191:128] ^ g_stage[HALVES-1].state_q[255:192];
  end

endmodule
