// FIFO for whole packets behind a sender that cannot wait, as an Ethernet MAC's receive side is.
// A packet that finds no room, or whose last word says that it was received with an error, leaves
// no trace: what was written of it is taken back, and `drop_full_o` or `drop_error_o` pulses once.
// A packet comes out only when all of it is in, so nothing behind ever sees half of one.
//
// Packets longer than DEPTH words never fit and are dropped as `drop_full_o`.
module packet_drop_fifo #(
  parameter int W     = 32,
  parameter int DEPTH = 16
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         valid_i,
  input  logic         last_i,
  input  logic         error_i,  // with last_i: drop this packet
  input  logic [W-1:0] data_i,

  output logic         valid_o,
  input  logic         ready_i,
  output logic         last_o,
  output logic [W-1:0] data_o,

  output logic         drop_full_o,
  output logic         drop_error_o
);

  localparam int AW = $clog2(DEPTH);

  if (W < 1) begin : g_check_width
    $fatal(1, "packet_drop_fifo: W is at least 1");
  end
  if (DEPTH < 2 || (1 << AW) != DEPTH) begin : g_check_depth
    $fatal(1, "packet_drop_fifo: DEPTH is a power of two, at least 2");
  end

  logic [W:0]  mem [0:DEPTH-1];
  logic [AW:0] head_q;       // where the next word goes
  logic [AW:0] committed_q;  // end of the last whole packet
  logic [AW:0] tail_q;       // next word to come out
  logic        spoiled_q;    // the packet that is coming in has lost a word
  logic        valid_q;
  logic [W:0]  data_q;

  wire logic full  = head_q == (tail_q ^ {1'b1, {AW{1'b0}}});
  wire logic empty = committed_q == tail_q;
  wire logic spoil = spoiled_q || full;
  wire logic push  = valid_i && !spoil;
  wire logic pop   = !empty && (ready_i || !valid_q);

  assign valid_o = valid_q;
  assign last_o  = data_q[W];
  assign data_o  = data_q[W-1:0];

  always_ff @(posedge clk_i) begin
    if (push) mem[head_q[AW-1:0]] <= {last_i, data_i};
    if (pop) data_q <= mem[tail_q[AW-1:0]];
  end

  always_ff @(posedge clk_i) begin
    if (pop) tail_q <= tail_q + 1'b1;
    if (ready_i || !valid_q) valid_q <= !empty;

    if (push) head_q <= head_q + 1'b1;
    if (valid_i) spoiled_q <= spoil && !last_i;
    if (valid_i && last_i) begin
      if (spoil || error_i) head_q <= committed_q;
      else committed_q <= head_q + 1'b1;
    end
    drop_full_o  <= valid_i && last_i && spoil;
    drop_error_o <= valid_i && last_i && !spoil && error_i;

    if (!rst_ni) begin
      head_q       <= '0;
      committed_q  <= '0;
      tail_q       <= '0;
      spoiled_q    <= 1'b0;
      valid_q      <= 1'b0;
      drop_full_o  <= 1'b0;
      drop_error_o <= 1'b0;
    end
  end

`ifdef PROVE_PACKET_DROP_FIFO
  logic [AW-1:0] watched_slot;
  packet_drop_fifo_props #(.W(W), .AW(AW)) u_props (
    .clk_i, .rst_ni, .valid_i, .last_i, .error_i, .data_i, .valid_o, .ready_i, .last_o, .data_o,
    .drop_full_o, .drop_error_o, .head_q, .committed_q, .tail_q, .spoiled_q,
    .watched_slot_o(watched_slot), .watched_word_i(mem[watched_slot]));
`endif

endmodule
