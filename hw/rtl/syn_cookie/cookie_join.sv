// Joins a hash with the client's initial sequence number to a cookie, and compares it with the one
// that came back, in which case the client's number is one below the segment's.
module cookie_join (
  input  logic              clk_i,

  input  cookie_pkg::plan_t plan_i,
  input  logic [24:0]       hash_i,
  input  logic [31:0]       sequence_i,  // of the segment

  // A clock later.
  output logic [31:0]       cookie_o,    // to send
  output logic              valid_o      // the cookie that came back is right
);

  wire logic [24:0] made  = hash_i + sequence_i[24:0];
  wire logic [24:0] right = hash_i + sequence_i[24:0] - 25'd1;

  always_ff @(posedge clk_i) begin
    cookie_o <= {plan_i.slot[1:0], plan_i.agreed.mss_index, plan_i.scale_index, made};
    valid_o  <= plan_i.check && plan_i.plausible && right == plan_i.cookie[24:0];
  end

endmodule
