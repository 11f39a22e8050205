// A word comes out N clocks after it came in, whichever word that is.
module delay_line_props #(
  parameter int W  = 4,
  parameter int N  = 6,
  parameter int AW = 3
) (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic [W-1:0]  data_i,
  input  logic [W-1:0]  data_o,
  input  logic [AW-1:0] place_q,
  output logic [AW-1:0] watched_place_o,
  input  logic [W-1:0]  watched_word_i
);

  localparam int PLACES = N - 1;

  logic past_q = 1'b0;
  always_ff @(posedge clk_i) past_q <= 1'b1;
  always_comb if (!past_q) assume (!rst_ni);

  (* anyseq *) logic watch;
  logic [7:0]    age_q;  // clocks since the watched word came in; 0 while there is none
  logic [W-1:0]  watched_q;
  logic [AW-1:0] watched_place_q;

  assign watched_place_o = watched_place_q;

  always_ff @(posedge clk_i) begin
    if (watch && age_q == 8'd0) begin
      age_q           <= 8'd1;
      watched_q       <= data_i;
      watched_place_q <= place_q;
    end else if (age_q != 8'd0) begin
      age_q <= age_q == 8'(N) ? 8'd0 : age_q + 8'd1;
    end
    if (!rst_ni) age_q <= '0;
  end

  always @(posedge clk_i) if (past_q && rst_ni) begin
    assert (age_q <= 8'(N));
    assert (8'(place_q) < 8'(PLACES));
    if (age_q != 8'd0 && age_q != 8'(N)) begin
      assert (watched_word_i == watched_q);
      assert (8'(watched_place_q) < 8'(PLACES));
      assert (8'(place_q) == (8'(watched_place_q) + age_q) % 8'(PLACES));
    end
    if (age_q == 8'(N)) assert (data_o == watched_q);
    cover (age_q == 8'(N));
  end

endmodule
