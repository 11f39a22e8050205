// Exactly one requester is served whenever one asks, until its packet is done, and nobody waits for
// more than one packet of each other one.
module rr_arbiter_props #(
  parameter int N = 4
) (
  input logic         clk_i,
  input logic         rst_ni,
  input logic [N-1:0] request_i,
  input logic         done_i,
  input logic [N-1:0] grant_o,
  input logic [N-1:0] held_q,
  input logic [N-1:0] last_q
);

  logic past_q = 1'b0;
  always_ff @(posedge clk_i) past_q <= 1'b1;
  always_comb if (!past_q) assume (!rst_ni);

  // Requesters keep asking until their packet is done; only a granted packet can end.
  always_comb begin
    assume ((held_q & ~request_i) == '0);
    assume (!done_i || grant_o != '0);
  end

  // Requester `who`, one-hot, counts the packets of others that end while it waits.
  localparam int CW = $clog2(N + 1) + 1;

  (* anyconst *) logic [N-1:0] who;
  always_comb assume (who != '0 && (who & (who - 1'b1)) == '0);

  logic [CW-1:0] waited_q;
  logic [CW-1:0] distance;  // places from the last owner to `who`, 1 to N

  wire logic asks   = |(request_i & who);
  wire logic served = |(grant_o & who);

  always_comb begin
    distance = '0;
    for (int j = 0; j < N; j++) begin
      for (int k = 0; k < N; k++) begin
        distance |= {CW{last_q[j] && who[k]}} & CW'(k > j ? k - j : N + k - j);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!asks || served) waited_q <= '0;
    else if (done_i) waited_q <= waited_q + 1'b1;
    if (!rst_ni) waited_q <= '0;
  end

  always @(posedge clk_i) if (past_q && rst_ni) begin
    assert ((grant_o & (grant_o - 1'b1)) == '0);
    assert ((last_q & (last_q - 1'b1)) == '0 && last_q != '0);
    assert ((held_q & (held_q - 1'b1)) == '0);
    assert (held_q == '0 || held_q == last_q);
    assert ((grant_o != '0) == (request_i != '0));
    assert ((grant_o & ~request_i) == '0);
    if ($past(rst_ni && grant_o != '0 && !done_i)) assert (grant_o == $past(grant_o));

    assert (waited_q + distance <= CW'(N) - CW'(held_q != '0 && !served));
    assert (waited_q < CW'(N));
    cover (waited_q == CW'(N - 1) && served);
  end

endmodule
