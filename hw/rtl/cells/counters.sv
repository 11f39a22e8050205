// N counters of 64 bits that count events and are read as one consistent picture: `snapshot_i`
// copies all of them in the same clock, and `value_o` shows the copy of the one selected, a clock
// after the selection. While `busy_o` is set the copy is on its way.
module counters #(
  parameter int N      = 4,
  parameter int STEP_W = 1  // width of what is added in a clock
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic [N*STEP_W-1:0]  step_i,  // what each counter grows by
  input  logic                 snapshot_i,
  output logic                 busy_o,
  input  logic [$clog2(N)-1:0] select_i,
  output logic [63:0]          value_o
);

  if (N < 2) begin : g_check_count
    $fatal(1, "counters: N is at least 2");
  end
  if (STEP_W < 1 || STEP_W > 32) begin : g_check_step
    $fatal(1, "counters: STEP_W is 1 to 32");
  end

  logic [64*N-1:0] count_q;
  logic [64*N-1:0] copy_q;

  // The sum is registered in halves; the upper half takes the carry a clock later, which keeps the
  // carry chain at 32 bits. A snapshot waits the same clock, so what it copies is whole.
  for (genvar i = 0; i < N; i++) begin : g_counter
    logic        carry_q;
    logic [31:0] low_q;
    logic [31:0] low_late_q;
    logic [31:0] high_q;

    always_ff @(posedge clk_i) begin
      {carry_q, low_q} <= {1'b0, low_q} + 33'(step_i[STEP_W*i +: STEP_W]);
      low_late_q       <= low_q;
      high_q           <= high_q + 32'(carry_q);
      if (!rst_ni) begin
        carry_q    <= 1'b0;
        low_q      <= '0;
        low_late_q <= '0;
        high_q     <= '0;
      end
    end

    assign count_q[64*i +: 64] = {high_q, low_late_q};
  end

  logic snapshot_q;
  logic snapshot_late_q;

  assign busy_o = snapshot_i || snapshot_q || snapshot_late_q;

  always_ff @(posedge clk_i) begin
    snapshot_q      <= rst_ni && snapshot_i;
    snapshot_late_q <= rst_ni && snapshot_q;
    if (snapshot_late_q) copy_q <= count_q;
    if (!rst_ni) copy_q <= '0;
    value_o <= copy_q[64*select_i +: 64];
  end

`ifdef PROVE_COUNTERS
  counters_props #(.N(N), .STEP_W(STEP_W)) u_props (
    .clk_i, .rst_ni, .step_i, .snapshot_i, .busy_o, .select_i, .value_o,
    .count_q, .copy_q);
`endif

endmodule
