// Carries events from one clock to another, where they come out some clocks later as numbers to add
// up. None is lost while fewer than 2^W happen within four clocks of the other side.
module cdc_count #(
  parameter int W = 4
) (
  input  logic         in_clk_i,
  input  logic         in_rst_ni,
  input  logic         event_i,

  input  logic         out_clk_i,
  input  logic         out_rst_ni,
  output logic [W-1:0] step_o
);

  if (W < 2) begin : g_check
    $fatal(1, "cdc_count: W is at least 2");
  end

  // The side that counts, whose number crosses as a Gray code.
  logic [W-1:0] count_q;
  logic [W-1:0] gray_q;

  wire logic [W-1:0] next = count_q + W'(event_i);

  always_ff @(posedge in_clk_i) begin
    count_q <= next;
    gray_q  <= next ^ (next >> 1);
    if (!in_rst_ni) begin
      count_q <= '0;
      gray_q  <= '0;
    end
  end

  // The side that adds up.
  (* async_reg = "true" *) logic [W-1:0] meta_q;
  (* async_reg = "true" *) logic [W-1:0] seen_q;
  logic [W-1:0] number;
  logic [W-1:0] number_q;

  always_comb begin
    for (int i = 0; i < W; i++) number[i] = ^(seen_q >> i);
  end

  always_ff @(posedge out_clk_i) begin
    meta_q   <= gray_q;
    seen_q   <= meta_q;
    number_q <= number;
    step_o   <= number - number_q;
    if (!out_rst_ni) begin
      meta_q   <= '0;
      seen_q   <= '0;
      number_q <= '0;
      step_o   <= '0;
    end
  end

endmodule
