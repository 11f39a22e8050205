// Round-robin arbiter that serves whole packets. A grant holds from the clock in which it is given
// to the one in which the owner's packet ends (`done_i`), so that what the winner shows does not
// change under the receiver. The search then starts behind the last owner: a requester waits for
// at most one packet of each other one. No clock is lost between packets.
module rr_arbiter #(
  parameter int N = 2
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic [N-1:0] request_i,  // keeps asking until its packet is done
  input  logic         done_i,     // the granted packet ends in this clock
  output logic [N-1:0] grant_o     // one-hot, or 0 while nobody asks
);

  if (N < 2) begin : g_check
    $fatal(1, "rr_arbiter: N is at least 2");
  end

  logic [N-1:0] held_q;  // the owner while its packet lasts
  logic [N-1:0] last_q;  // one-hot: who was served last

  // Requests above the last owner come first, then all of them. x & -x is the lowest bit of x.
  wire logic [N-1:0] above = request_i & ~(last_q | (last_q - 1'b1));
  wire logic [N-1:0] round = above != '0 ? above : request_i;
  wire logic [N-1:0] pick  = round & (~round + 1'b1);

  assign grant_o = held_q != '0 ? held_q : pick;

  always_ff @(posedge clk_i) begin
    held_q <= done_i ? '0 : grant_o;
    if (grant_o != '0) last_q <= grant_o;

    if (!rst_ni) begin
      held_q <= '0;
      last_q <= {1'b1, {(N-1){1'b0}}};
    end
  end

`ifdef PROVE_RR_ARBITER
  rr_arbiter_props #(.N(N)) u_props (
    .clk_i, .rst_ni, .request_i, .done_i, .grant_o, .held_q, .last_q);
`endif

endmodule
