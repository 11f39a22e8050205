// Delays a word by N clocks. Long delays are a ring in memory rather than a shift register: it
// maps onto LUT or block RAM, ends in a plain register (whose clock-to-out is fast, as a shift
// register LUT's is not), and costs a simulator one word a clock whatever N is.
//
// The words are not reset: what comes out in the first N clocks means nothing.
module delay_line #(
  parameter int W = 32,
  parameter int N = 1
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [W-1:0] data_i,
  output logic [W-1:0] data_o
);

  if (W < 1 || N < 0) begin : g_check
    $fatal(1, "delay_line: W is at least 1 and N at least 0");
  end

  if (N == 0) begin : g_none
    assign data_o = data_i;
  end else if (N < 4) begin : g_registers
    logic [W*N-1:0] line_q;
    if (N == 1) begin : g_one
      always_ff @(posedge clk_i) line_q <= data_i;
    end else begin : g_more
      always_ff @(posedge clk_i) line_q <= {line_q[W*(N-1)-1:0], data_i};
    end
    assign data_o = line_q[W*N-1 -: W];
  end else begin : g_ring
    localparam int PLACES = N - 1;
    localparam int AW     = $clog2(PLACES);

    logic [W-1:0]  mem [0:PLACES-1];
    logic [AW-1:0] place_q;

    always_ff @(posedge clk_i) begin
      data_o       <= mem[place_q];
      mem[place_q] <= data_i;
      place_q      <= place_q == AW'(PLACES - 1) ? '0 : place_q + 1'b1;
      if (!rst_ni) place_q <= '0;
    end

`ifdef PROVE_DELAY_LINE
    logic [AW-1:0] watched_place;
    delay_line_props #(.W(W), .N(N), .AW(AW)) u_props (
      .clk_i, .rst_ni, .data_i, .data_o, .place_q,
      .watched_place_o(watched_place), .watched_word_i(mem[watched_place]));
`endif
  end

endmodule
