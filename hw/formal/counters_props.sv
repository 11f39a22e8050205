// Every counter is the sum of its steps, and a snapshot shows all of them as they were in one
// clock.
module counters_props #(
  parameter int N      = 3,
  parameter int STEP_W = 2
) (
  input logic                 clk_i,
  input logic                 rst_ni,
  input logic [N*STEP_W-1:0]  step_i,
  input logic                 snapshot_i,
  input logic                 busy_o,
  input logic [$clog2(N)-1:0] select_i,
  input logic [63:0]          value_o,
  input logic [64*N-1:0]      count_q,
  input logic [64*N-1:0]      copy_q
);

  logic past_q = 1'b0;
  always_ff @(posedge clk_i) past_q <= 1'b1;
  always_comb if (!past_q) assume (!rst_ni);

  (* anyconst *) logic [$clog2(N)-1:0] which;
  always_comb assume (32'(which) < N);

  logic [63:0] total_q;  // with the steps of the clock before
  logic [63:0] wanted_q;  // the total at the last snapshot
  logic [2:0]  age_q;     // clocks since then, up to 4; 0 before the first one

  wire logic [63:0] total_d = total_q + 64'(step_i[STEP_W*which +: STEP_W]);

  always_ff @(posedge clk_i) begin
    total_q <= total_d;
    if (snapshot_i) begin
      wanted_q <= total_d;
      age_q    <= 3'd1;
    end else if (age_q != 3'd0 && age_q != 3'd4) begin
      age_q <= age_q + 3'd1;
    end
    if (!rst_ni) begin
      total_q <= '0;
      age_q   <= '0;
    end
  end

  always @(posedge clk_i) if (past_q && rst_ni && $past(rst_ni)) begin
    assert (count_q[64*which +: 64] == $past(total_q));
    if (age_q >= 3'd3) assert (copy_q[64*which +: 64] == wanted_q);
    if (age_q != 3'd0 && !busy_o) assert (copy_q[64*which +: 64] == wanted_q);
    if ($past(select_i) == which) assert (value_o == $past(copy_q[64*which +: 64]));
    assert (age_q <= 3'd4);
    cover (age_q == 3'd3 && wanted_q == 64'd7);
  end

endmodule
