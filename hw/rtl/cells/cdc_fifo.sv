// First-in first-out buffer from one clock to another, after Cummings, "Simulation and Synthesis
// Techniques for Asynchronous FIFO Design" (SNUG 2002): each side sees the other's place as a Gray
// code through two registers, late but never wrong. It holds DEPTH words and one more in the output
// register. Both resets are held together for a few clocks of either side.
module cdc_fifo #(
  parameter int W     = 32,
  parameter int DEPTH = 16
) (
  input  logic         in_clk_i,
  input  logic         in_rst_ni,
  input  logic         valid_i,
  output logic         ready_o,
  input  logic [W-1:0] data_i,

  input  logic         out_clk_i,
  input  logic         out_rst_ni,
  output logic         valid_o,
  input  logic         ready_i,
  output logic [W-1:0] data_o
);

  localparam int AW = $clog2(DEPTH);

  if (W < 1) begin : g_check_width
    $fatal(1, "cdc_fifo: W is at least 1");
  end
  if (DEPTH < 4 || (1 << AW) != DEPTH) begin : g_check_depth
    $fatal(1, "cdc_fifo: DEPTH is a power of two, at least 4");
  end

  logic [W-1:0] mem [0:DEPTH-1];

  // One bit more than an address needs, so that full and empty differ.
  logic [AW:0] head_q;
  logic [AW:0] head_gray_q;
  logic [AW:0] tail_q;
  logic [AW:0] tail_gray_q;

  // The side that writes.
  (* async_reg = "true" *) logic [AW:0] tail_meta_q;
  (* async_reg = "true" *) logic [AW:0] tail_seen_q;

  wire logic        full      = head_gray_q == (tail_seen_q ^ {2'b11, {(AW-1){1'b0}}});
  wire logic        push      = valid_i && !full;
  wire logic [AW:0] head_next = head_q + (AW+1)'(push);

  assign ready_o = !full;

  always_ff @(posedge in_clk_i) begin
    if (push) mem[head_q[AW-1:0]] <= data_i;
  end

  always_ff @(posedge in_clk_i) begin
    tail_meta_q <= tail_gray_q;
    tail_seen_q <= tail_meta_q;
    head_q      <= head_next;
    head_gray_q <= head_next ^ (head_next >> 1);
    if (!in_rst_ni) begin
      tail_meta_q <= '0;
      tail_seen_q <= '0;
      head_q      <= '0;
      head_gray_q <= '0;
    end
  end

  // The side that reads.
  (* async_reg = "true" *) logic [AW:0] head_meta_q;
  (* async_reg = "true" *) logic [AW:0] head_seen_q;
  logic         valid_q;
  logic [W-1:0] data_q;

  wire logic        empty     = head_seen_q == tail_gray_q;
  wire logic        pop       = !empty && (ready_i || !valid_q);
  wire logic [AW:0] tail_next = tail_q + (AW+1)'(pop);

  assign valid_o = valid_q;
  assign data_o  = data_q;

  always_ff @(posedge out_clk_i) begin
    if (pop) data_q <= mem[tail_q[AW-1:0]];
  end

  always_ff @(posedge out_clk_i) begin
    head_meta_q <= head_gray_q;
    head_seen_q <= head_meta_q;
    tail_q      <= tail_next;
    tail_gray_q <= tail_next ^ (tail_next >> 1);
    if (ready_i || !valid_q) valid_q <= !empty;
    if (!out_rst_ni) begin
      head_meta_q <= '0;
      head_seen_q <= '0;
      tail_q      <= '0;
      tail_gray_q <= '0;
      valid_q     <= 1'b0;
    end
  end

endmodule
