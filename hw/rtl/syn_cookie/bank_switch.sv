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
  logic         busy_q;

  // A register that begins a clock after the swap. No write is accepted in the clock of the swap, as
  // the response to the one that asked for it stands then.
  assign busy_o = busy_q;

  always_ff @(posedge clk_i) begin
    if (swap_i) begin
      bank_o  <= !bank_o;
      busy_q  <= 1'b1;
      drain_q <= W'(DRAIN);
    end else begin
      busy_q  <= busy_q && drain_q != '0;
      drain_q <= drain_q - 1'b1;
    end
    if (!rst_ni) begin
      bank_o <= 1'b0;
      busy_q <= 1'b0;
    end
  end

endmodule
