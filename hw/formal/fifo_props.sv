// A FIFO hands on every word once, in order and unchanged, keeps a word that it offers until it is
// taken, and does not refuse a word while its memory has room.
module fifo_props #(
  parameter int W  = 8,
  parameter int AW = 2
) (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          valid_i,
  input  logic          ready_o,
  input  logic [W-1:0]  data_i,
  input  logic          valid_o,
  input  logic          ready_i,
  input  logic [W-1:0]  data_o,
  input  logic [AW:0]   head_q,
  input  logic [AW:0]   tail_q,
  output logic [AW-1:0] watched_slot_o,
  input  logic [W-1:0]  watched_word_i
);

  localparam int NW = AW + 3;

  logic past_q = 1'b0;
  always_ff @(posedge clk_i) past_q <= 1'b1;
  always_comb if (!past_q) assume (!rst_ni);

  // Word number `n`, whichever that is, is followed through memory and output register.
  (* anyconst *) logic [NW-1:0] n;
  logic [NW-1:0] n_in_q;
  logic [NW-1:0] n_out_q;
  logic [W-1:0]  watched_q;

  wire logic [NW-1:0] level   = n_in_q - n_out_q;
  wire logic [NW-1:0] behind  = n - n_out_q;  // words that leave before it
  wire logic [AW:0]   in_mem  = head_q - tail_q;
  wire logic [NW-1:0] mem_pos = behind - NW'(valid_o);

  assign watched_slot_o = tail_q[AW-1:0] + mem_pos[AW-1:0];

  always_ff @(posedge clk_i) begin
    if (valid_i && ready_o) begin
      n_in_q <= n_in_q + 1'b1;
      if (n_in_q == n) watched_q <= data_i;
    end
    if (valid_o && ready_i) n_out_q <= n_out_q + 1'b1;
    if (!rst_ni) begin
      n_in_q  <= '0;
      n_out_q <= '0;
    end
  end

  always @(posedge clk_i) if (past_q && rst_ni) begin
    assert (in_mem <= {1'b1, {AW{1'b0}}});
    assert (level == NW'(in_mem) + NW'(valid_o));
    assert (ready_o == (in_mem != {1'b1, {AW{1'b0}}}));
    if (behind < level) begin
      assert (watched_q == (valid_o && behind == '0 ? data_o : watched_word_i));
    end
    if ($past(rst_ni && valid_o && !ready_i)) begin
      assert (valid_o);
      assert (data_o == $past(data_o));
    end
    cover (!ready_o && valid_o && ready_i);
  end

endmodule
