// Judges what takes longer about an IPv4 header: its checksum and its options. Options that ask
// routers to send a packet elsewhere are refused (RFC 7126, sections 4.3 and 4.4).
module ipv4_checks #(
  parameter int LATENCY = 24
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,

  input  logic [frame_pkg::IP_BITS-1:0] ip_i,

  // LATENCY clocks later.
  output logic                          checksum_ok_o,
  output logic                          options_ok_o
);

  localparam int WORDS     = 30;  // of 16 bits in the longest header
  localparam int SUM       = 2 + sum_tree_pkg::latency(WORDS);
  localparam int WALK      = frame_pkg::WALK_CLOCKS + 1;
  localparam logic [7:0] LOOSE_SOURCE_ROUTE  = 8'd131;
  localparam logic [7:0] STRICT_SOURCE_ROUTE = 8'd137;

  if (LATENCY < SUM || LATENCY < WALK) begin : g_check
    $fatal(1, "ipv4_checks: LATENCY is too short");
  end

  wire logic [3:0] header_words = ip_i[3:0];

  logic [16*WORDS-1:0] words_q;
  always_ff @(posedge clk_i) begin
    for (int i = 0; i < WORDS; i++) begin
      words_q[16*i +: 16] <= 5'(i) < {header_words, 1'b0} ? ip_i[16*i +: 16] : 16'd0;
    end
  end

  logic [31:0] sum;
  logic        sum_ok_q;
  sum_tree #(.N(WORDS)) u_sum (.clk_i, .words_i(words_q), .sum_o(sum));
  always_ff @(posedge clk_i) sum_ok_q <= frame_pkg::folds_to_ones(sum);
  delay_line #(.W(1), .N(LATENCY - SUM)) u_sum_ok (
    .clk_i, .rst_ni, .data_i(sum_ok_q), .data_o(checksum_ok_o));

  logic [frame_pkg::OPTIONS_BITS-1:0]  bytes;
  logic [frame_pkg::OPTIONS_BYTES-1:0] starts;
  logic                                malformed;
  logic                                routed;
  logic                                options_ok_q;

  option_walk u_walk (
    .clk_i, .rst_ni, .bytes_i(ip_i[8*20 +: frame_pkg::OPTIONS_BITS]),
    .length_i({header_words, 2'd0} - 6'd20), .bytes_o(bytes), .starts_o(starts),
    .malformed_o(malformed));

  always_comb begin
    routed = 1'b0;
    for (int i = 0; i < frame_pkg::OPTIONS_BYTES; i++) begin
      if (starts[i] && (bytes[8*i +: 8] == LOOSE_SOURCE_ROUTE
                        || bytes[8*i +: 8] == STRICT_SOURCE_ROUTE)) begin
        routed = 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) options_ok_q <= !malformed && !routed;
  delay_line #(.W(1), .N(LATENCY - WALK)) u_options_ok (
    .clk_i, .rst_ni, .data_i(options_ok_q), .data_o(options_ok_o));

endmodule
