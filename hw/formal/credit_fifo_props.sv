// Whatever the latency of the pipeline in front, a word that entered with a credit finds room.
module credit_fifo_props #(
  parameter int DEPTH = 4,
  parameter int CW    = 3
) (
  input logic          clk_i,
  input logic          rst_ni,
  input logic          room_o,
  input logic          enter_i,
  input logic          valid_i,
  input logic          valid_o,
  input logic          fifo_ready_i,
  input logic [CW-1:0] taken_q,
  input logic [CW-1:0] stored_i
);

  logic past_q = 1'b0;
  always_ff @(posedge clk_i) past_q <= 1'b1;
  always_comb if (!past_q) assume (!rst_ni);

  // Words inside the pipeline: any number of clocks may pass before one comes out.
  logic [CW-1:0] flying_q;

  always_comb begin
    assume (!enter_i || room_o);
    assume (!valid_i || flying_q != '0);
  end

  always_ff @(posedge clk_i) begin
    flying_q <= flying_q + CW'(enter_i) - CW'(valid_i);
    if (!rst_ni) flying_q <= '0;
  end

  always @(posedge clk_i) if (past_q && rst_ni) begin
    assert (taken_q <= CW'(DEPTH));
    assert (flying_q <= taken_q);
    assert ((CW+2)'(taken_q) == (CW+2)'(flying_q) + (CW+2)'(stored_i) + (CW+2)'(valid_o));
    assert (!room_o || taken_q < CW'(DEPTH));
    assert (fifo_ready_i == (stored_i != CW'(DEPTH)));
    assert (!valid_i || fifo_ready_i);
    cover (taken_q == CW'(DEPTH) && flying_q == CW'(DEPTH));
    cover (taken_q == CW'(DEPTH) && flying_q == '0);
  end

endmodule
