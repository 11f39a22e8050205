// Which bank of the tables lookups use. After an exchange it is busy for longer than a lookup
// takes; the registers accept nothing meanwhile, so that a write cannot meet a lookup that began in
// the bank before.
module bank_switch #(
  parameter int DRAIN = 64  // clocks
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic swap_i,
  output logic bank_o,
  output logic busy_o
);

  localparam int W = $clog2(DRAIN + 1);

  logic [W-1:0] drain_q;

  // A write reaches the tables two clocks after it is accepted, so this begins with the swap.
  assign busy_o = swap_i || drain_q != '0;

  always_ff @(posedge clk_i) begin
    if (swap_i) begin
      bank_o  <= !bank_o;
      drain_q <= W'(DRAIN);
    end else if (drain_q != '0) begin
      drain_q <= drain_q - 1'b1;
    end
    if (!rst_ni) begin
      bank_o  <= 1'b0;
      drain_q <= '0;
    end
  end

endmodule
