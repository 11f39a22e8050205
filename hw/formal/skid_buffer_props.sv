// A skid buffer hands on every word once, in order and unchanged, and keeps a word that it offers
// until it is taken.
module skid_buffer_props #(
  parameter int W = 8
) (
  input logic         clk_i,
  input logic         rst_ni,
  input logic         valid_i,
  input logic         ready_o,
  input logic [W-1:0] data_i,
  input logic         valid_o,
  input logic         ready_i,
  input logic [W-1:0] data_o,
  input logic         full_q,
  input logic [W-1:0] spare_q
);

  logic past_q = 1'b0;
  always_ff @(posedge clk_i) past_q <= 1'b1;
  always_comb if (!past_q) assume (!rst_ni);

  // Word number `n`, whichever that is, is followed through the buffer.
  (* anyconst *) logic [3:0] n;
  logic [3:0]   n_in_q;
  logic [3:0]   n_out_q;
  logic [W-1:0] watched_q;

  wire logic [3:0] level = n_in_q - n_out_q;
  wire logic       held  = (n - n_out_q) < level;

  always_ff @(posedge clk_i) begin
    if (valid_i && ready_o) begin
      n_in_q <= n_in_q + 4'd1;
      if (n_in_q == n) watched_q <= data_i;
    end
    if (valid_o && ready_i) n_out_q <= n_out_q + 4'd1;
    if (!rst_ni) begin
      n_in_q  <= '0;
      n_out_q <= '0;
    end
  end

  always @(posedge clk_i) if (past_q && rst_ni) begin
    assert (level == {3'd0, valid_o} + {3'd0, full_q});
    assert (!full_q || valid_o);
    if (held) assert (watched_q == (n_out_q == n ? data_o : spare_q));
    if ($past(rst_ni && valid_o && !ready_i)) begin
      assert (valid_o);
      assert (data_o == $past(data_o));
    end
    cover (level == 4'd2 && ready_i);
  end

endmodule
