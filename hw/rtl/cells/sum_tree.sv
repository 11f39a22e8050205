// Sum of N words of 16 bits, four to one in each clock, as the Internet checksum needs it.
module sum_tree #(
  parameter int N = 32
) (
  input  logic            clk_i,
  input  logic [16*N-1:0] words_i,
  output logic [31:0]     sum_o
);

  localparam int LEVELS = sum_tree_pkg::latency(N);

  if (N < 2 || N > 1024) begin : g_check
    $fatal(1, "sum_tree: N is 2 to 1024");
  end

  // Words after `level` levels.
  function automatic integer words_at(input integer level);
    words_at = N;
    for (int i = 0; i < level; i++) words_at = (words_at + 3) / 4;
  endfunction

  for (genvar level = 0; level <= LEVELS; level++) begin : g_level
    localparam int WORDS = words_at(level);
    localparam int W     = 16 + 2 * level;
    logic [W*WORDS-1:0] sums;

    if (level == 0) begin : g_input
      assign sums = words_i;
    end else begin : g_add
      localparam int BEFORE = words_at(level - 1);
      localparam int BW     = W - 2;
      // Padded to whole groups of four.
      wire logic [4*WORDS*BW-1:0] terms = (4*WORDS*BW)'(g_level[level-1].sums);
      logic [W*WORDS-1:0] sums_q;

      always_ff @(posedge clk_i) begin
        for (int i = 0; i < WORDS; i++) begin
          sums_q[W*i +: W] <= (W'(terms[BW*(4*i) +: BW]) + W'(terms[BW*(4*i+1) +: BW]))
                            + (W'(terms[BW*(4*i+2) +: BW]) + W'(terms[BW*(4*i+3) +: BW]));
        end
      end

      if (BEFORE < 2) begin : g_check_level
        $fatal(1, "sum_tree: too many levels");
      end
      assign sums = sums_q;
    end
  end

  assign sum_o = 32'(g_level[LEVELS].sums);

endmodule
