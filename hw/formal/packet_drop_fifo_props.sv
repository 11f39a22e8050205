// Only whole packets that came in without an error come out, each word once, in order and
// unchanged; every other packet is reported as dropped, once.
module packet_drop_fifo_props #(
  parameter int W  = 4,
  parameter int AW = 2
) (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          valid_i,
  input  logic          last_i,
  input  logic          error_i,
  input  logic [W-1:0]  data_i,
  input  logic          valid_o,
  input  logic          ready_i,
  input  logic          last_o,
  input  logic [W-1:0]  data_o,
  input  logic          drop_full_o,
  input  logic          drop_error_o,
  input  logic [AW:0]   head_q,
  input  logic [AW:0]   committed_q,
  input  logic [AW:0]   tail_q,
  input  logic          spoiled_q,
  output logic [AW-1:0] watched_slot_o,
  input  logic [W:0]    watched_word_i
);

  localparam int NW = AW + 3;

  logic past_q = 1'b0;
  always_ff @(posedge clk_i) past_q <= 1'b1;
  always_comb if (!past_q) assume (!rst_ni);

  // Words are numbered by the place that they have, or would have, among those that stay. Number
  // `n` is followed; a packet that is taken back leaves its numbers to the next one.
  (* anyconst *) logic [NW-1:0] n;
  logic [NW-1:0] n_committed_q;
  logic [NW-1:0] n_out_q;
  logic [W:0]    watched_q;
  logic          left_open_q;   // the rest of a packet is still to leave
  logic [AW+1:0] received_q;    // words of the packet that is coming in; stops at its maximum

  wire logic [AW:0]   pending   = head_q - committed_q;
  wire logic [AW:0]   in_mem    = head_q - tail_q;
  wire logic [NW-1:0] n_in      = n_committed_q + NW'(pending);
  wire logic [NW-1:0] level     = n_in - n_out_q;
  wire logic [NW-1:0] behind    = n - n_out_q;
  wire logic [NW-1:0] mem_pos   = behind - NW'(valid_o);
  wire logic          full      = in_mem == {1'b1, {AW{1'b0}}};
  wire logic          push      = valid_i && !spoiled_q && !full;
  wire logic          commit    = push && last_i && !error_i;
  wire logic          held      = behind < level;
  wire logic          is_output = valid_o && behind == '0;

  assign watched_slot_o = tail_q[AW-1:0] + mem_pos[AW-1:0];

  always_ff @(posedge clk_i) begin
    if (push && n_in == n) watched_q <= {last_i, data_i};
    if (commit) n_committed_q <= n_in + 1'b1;
    if (valid_i) received_q <= last_i ? '0 : received_q + (AW+2)'(received_q != '1);
    if (valid_o && ready_i) begin
      n_out_q     <= n_out_q + 1'b1;
      left_open_q <= !last_o;
    end
    if (!rst_ni) begin
      n_committed_q <= '0;
      n_out_q       <= '0;
      received_q    <= '0;
      left_open_q   <= 1'b0;
    end
  end

  always @(posedge clk_i) if (past_q && rst_ni) begin
    assert (in_mem <= {1'b1, {AW{1'b0}}});
    assert (pending <= in_mem);
    assert (level == NW'(in_mem) + NW'(valid_o));
    if (held) assert (watched_q == (is_output ? {last_o, data_o} : watched_word_i));

    // What is held back is no whole packet yet, and is all that came of it unless it is spoiled.
    if (held && (n - n_out_q) >= (n_committed_q - n_out_q)) assert (!watched_q[W]);
    if (!spoiled_q) assert (received_q == (AW+2)'(pending));

    // What may leave ends with a packet's last word, so nothing ever waits for a packet's rest.
    if (held && n + 1'b1 == n_committed_q) assert (watched_q[W]);
    if (n + 1'b1 == n_out_q && n_out_q == n_committed_q) assert (!left_open_q);

    if ($past(rst_ni && valid_o && !ready_i)) begin
      assert (valid_o);
      assert ({last_o, data_o} == $past({last_o, data_o}));
    end

    // Each packet that ends is kept or dropped, never both.
    if ($past(rst_ni)) begin
      assert ((drop_full_o || drop_error_o) == $past(valid_i && last_i && !commit));
      assert (!(drop_full_o && drop_error_o));
      if ($past(valid_i && last_i && error_i)) assert (n_committed_q == $past(n_committed_q));
    end
    cover (drop_full_o && valid_o);
    cover (drop_error_o && valid_o && !last_o);
  end

endmodule
