// First-in first-out buffer with a registered output, so that its memory may be block RAM. It
// holds DEPTH words and one more in the output register.
module fifo #(
  parameter int W     = 32,
  parameter int DEPTH = 16
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         valid_i,
  output logic         ready_o,
  input  logic [W-1:0] data_i,

  output logic         valid_o,
  input  logic         ready_i,
  output logic [W-1:0] data_o,

  output logic [$clog2(DEPTH):0] stored_o  // words in the memory, the output register not counted
);

  localparam int AW = $clog2(DEPTH);

  if (W < 1) begin : g_check_width
    $fatal(1, "fifo: W is at least 1");
  end
  if (DEPTH < 2 || (1 << AW) != DEPTH) begin : g_check_depth
    $fatal(1, "fifo: DEPTH is a power of two, at least 2");
  end

  logic [W-1:0] mem [0:DEPTH-1];
  // One bit more than an address needs, so that full and empty differ.
  logic [AW:0]  head_q;
  logic [AW:0]  tail_q;
  logic         valid_q;
  logic [W-1:0] data_q;

  // What feeds the FIFO hangs on its ready signal, so that is a register.
  logic             full_q;
  wire logic [AW:0] head_next = head_q + 1'b1;
  wire logic        one_left  = head_next == (tail_q ^ {1'b1, {AW{1'b0}}});

  wire logic empty = head_q == tail_q;
  wire logic push  = valid_i && !full_q;
  wire logic pop   = !empty && (ready_i || !valid_q);

  assign ready_o  = !full_q;
  assign valid_o  = valid_q;
  assign data_o   = data_q;
  assign stored_o = head_q - tail_q;

  always_ff @(posedge clk_i) begin
    if (push) mem[head_q[AW-1:0]] <= data_i;
    if (pop) data_q <= mem[tail_q[AW-1:0]];
  end

  always_ff @(posedge clk_i) begin
    if (push) head_q <= head_next;
    if (pop) tail_q <= tail_q + 1'b1;
    full_q <= !pop && (full_q || (push && one_left));
    if (ready_i || !valid_q) valid_q <= !empty;

    if (!rst_ni) begin
      head_q  <= '0;
      tail_q  <= '0;
      valid_q <= 1'b0;
      full_q  <= 1'b0;
    end
  end

`ifdef PROVE_FIFO
  logic [AW-1:0] watched_slot;
  fifo_props #(.W(W), .AW(AW)) u_props (
    .clk_i, .rst_ni, .valid_i, .ready_o, .data_i, .valid_o, .ready_i, .data_o, .head_q, .tail_q,
    .watched_slot_o(watched_slot), .watched_word_i(mem[watched_slot]));
`endif

endmodule
