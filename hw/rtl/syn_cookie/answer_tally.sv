// Counts the SYNs that are answered, by the range that their destination lies in, and makes reports
// of some of them: such a SYN also goes to the host, and says how many SYNs it stands for. None is
// reported twice or lost. A SYN a clock.
//
// A SYN is a report if its millisecond is not that of its range's last report and fewer than
// REPORTS_PER_MS have been made in this millisecond, or if the count can go no further.
module answer_tally #(
  parameter int RANGE_W        = 8,   // 2^RANGE_W ranges
  parameter int COUNT_W        = 16,
  parameter int MS_W           = 8,   // bits that are kept of a report's millisecond
  parameter int REPORTS_PER_MS = 256
) (
  input  logic               clk_i,
  input  logic               rst_ni,

  input  logic               valid_i,
  input  logic [RANGE_W-1:0] range_i,
  input  logic [31:0]        ms_i,      // when the SYN arrived

  // syn_cookie_pkg::TALLY_CLOCKS later.
  output logic               report_o,
  output logic [COUNT_W-1:0] syns_o     // how many SYNs the report stands for, else 0
);

  localparam int LATENCY = syn_cookie_pkg::TALLY_CLOCKS;
  localparam int WORD_W  = MS_W + COUNT_W;
  localparam int LEFT_W  = $clog2(REPORTS_PER_MS + 1);
  localparam logic [COUNT_W-1:0] LAST_COUNT = {{(COUNT_W-1){1'b1}}, 1'b0};

  if (RANGE_W < 1 || COUNT_W < 2 || MS_W < 1 || MS_W > 32 || REPORTS_PER_MS < 1) begin : g_check
    $fatal(1, "answer_tally: a parameter is out of range");
  end

  // The SYNs in the pipeline, the newest lowest: its place is the clocks that it has been in, less
  // one. They stay until reads see what has been written for them.
  localparam int KEPT = LATENCY + 1;

  logic [KEPT-1:0]         valid_q;
  logic [KEPT*RANGE_W-1:0] range_q;
  logic [3*MS_W-1:0]       ms_q;
  logic [2:0]              fresh_q;    // the first one of its millisecond
  logic [31:0]             last_ms_q;

  always_ff @(posedge clk_i) begin
    valid_q <= {valid_q[KEPT-2:0], valid_i};
    range_q <= {range_q[(KEPT-1)*RANGE_W-1:0], range_i};
    ms_q    <= {ms_q[2*MS_W-1:0], ms_i[MS_W-1:0]};
    fresh_q <= {fresh_q[1:0], ms_i != last_ms_q};
    if (valid_i) last_ms_q <= ms_i;
    if (!rst_ni) begin
      valid_q   <= '0;
      last_ms_q <= '0;
    end
  end

  // For each range the millisecond of its last report and the SYNs since then.
  logic [WORD_W-1:0] words [0:(1<<RANGE_W)-1];

`ifndef SYNTHESIS
  // On a card memory is zero by itself.
  initial for (int i = 0; i < (1 << RANGE_W); i++) words[i] = '0;
`endif

  // Clocks 1 and 2: the range's word, through the memory's output register; and which of the four
  // SYNs in front are of the same range, as the word does not show those yet.
  logic [WORD_W-1:0] read_q;
  logic [WORD_W-1:0] word_q;
  logic [3:0]        same_q;

  always_ff @(posedge clk_i) begin
    read_q <= words[range_i];
    word_q <= read_q;
    for (int i = 0; i < 4; i++) begin
      same_q[i] <= valid_q[i+1] && range_q[(i+1)*RANGE_W +: RANGE_W] == range_q[RANGE_W-1:0];
    end
  end

  // Clock 3: the word with all SYNs but the one directly in front, which is at clock 4 meanwhile.
  logic [WORD_W-1:0]   made_q;    // by the last SYN
  logic [2*WORD_W-1:0] older_q;   // by the two in front of it
  logic [WORD_W-1:0]   merged_q;
  logic                follows_q;

  always_ff @(posedge clk_i) begin
    follows_q <= same_q[0];
    older_q   <= {older_q[WORD_W-1:0], made_q};
    merged_q  <= same_q[1] ? made_q
               : same_q[2] ? older_q[0 +: WORD_W]
               : same_q[3] ? older_q[WORD_W +: WORD_W] : word_q;
  end

  // Clock 4: this SYN is counted, and is a report or not.
  logic [LEFT_W-1:0] left_q;  // reports that may still be made in this millisecond

  wire logic [WORD_W-1:0]  word    = follows_q ? made_q : merged_q;
  wire logic [COUNT_W-1:0] held    = word[COUNT_W-1:0];
  wire logic [COUNT_W-1:0] count   = held + 1'b1;
  wire logic [MS_W-1:0]    ms      = ms_q[2*MS_W +: MS_W];
  wire logic [LEFT_W-1:0]  left    = fresh_q[2] ? LEFT_W'(REPORTS_PER_MS) : left_q;
  wire logic               due     = ms != word[COUNT_W +: MS_W] && left != '0;
  wire logic               reports = valid_q[2] && (due || held == LAST_COUNT);

  always_ff @(posedge clk_i) begin
    report_o <= reports;
    syns_o   <= reports ? count : '0;
    made_q   <= reports ? {ms, COUNT_W'(0)} : {word[COUNT_W +: MS_W], count};
    if (valid_q[2]) left_q <= left - LEFT_W'(reports && left != '0);
    if (!rst_ni) left_q <= LEFT_W'(REPORTS_PER_MS);
  end

  // Clock 5: it is written.
  always_ff @(posedge clk_i) begin
    if (rst_ni && valid_q[3]) words[range_q[3*RANGE_W +: RANGE_W]] <= made_q;
  end

`ifdef PROVE_ANSWER_TALLY
  logic [RANGE_W-1:0] watched;
  answer_tally_props #(
    .RANGE_W(RANGE_W), .COUNT_W(COUNT_W), .MS_W(MS_W), .REPORTS_PER_MS(REPORTS_PER_MS)) u_props (
    .clk_i, .rst_ni, .valid_i, .range_i, .ms_i, .report_o, .syns_o, .watched_o(watched),
    .word_i(words[watched]), .made_q, .left_i(8'(left_q)), .last_ms_i(last_ms_q), .valid_q,
    .range_q);
`endif

endmodule
