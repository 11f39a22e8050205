// No SYN is lost or reported twice: for one range, whichever that is, the SYNs that have come out
// of the pipeline are those of all reports and the count that is held. A report comes only when it
// is due, and a millisecond has no more than its number of them.
module answer_tally_props #(
  parameter int RANGE_W        = 2,
  parameter int COUNT_W        = 2,
  parameter int MS_W           = 2,
  parameter int REPORTS_PER_MS = 2
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          valid_i,
  input  logic [RANGE_W-1:0]            range_i,
  input  logic [31:0]                   ms_i,
  input  logic                          report_o,
  input  logic [COUNT_W-1:0]            syns_o,
  output logic [RANGE_W-1:0]            watched_o,
  input  logic [MS_W+COUNT_W-1:0]       word_i,   // the range's in memory
  input  logic [MS_W+COUNT_W-1:0]       made_q,
  input  logic [7:0]                    left_i,   // reports, in the last millisecond
  input  logic [31:0]                   last_ms_i,
  input  logic [4:0]                    valid_q,
  input  logic [5*RANGE_W-1:0]          range_q
);

  localparam int LATENCY = syn_cookie_pkg::TALLY_CLOCKS;
  localparam int SUM_W   = COUNT_W + 4;  // sums are compared modulo 2^SUM_W

  logic past_q = 1'b0;
  always_ff @(posedge clk_i) past_q <= 1'b1;

  // The kernel is reset once: a reset would lose the SYNs that are in the pipeline.
  always_comb assume (rst_ni == past_q);

  (* anyconst *) logic [RANGE_W-1:0] watched;
  assign watched_o = watched;

  wire logic enters = valid_i && range_i == watched;

  // Which SYN of the pipeline is of the range; the oldest has just come out.
  logic [LATENCY-1:0] of_range;
  always_comb begin
    for (int i = 0; i < LATENCY; i++) begin
      of_range[i] = valid_q[i] && range_q[i*RANGE_W +: RANGE_W] == watched;
    end
  end
  wire logic leaves = of_range[LATENCY-1];

  logic [2:0] inside;
  always_comb begin
    inside = '0;
    for (int i = 0; i < LATENCY - 1; i++) inside = inside + 3'(of_range[i]);
  end

  // What the range's last SYN has left: in memory, unless it came out in this clock.
  wire logic [MS_W+COUNT_W-1:0] word = leaves ? made_q : word_i;
  wire logic [COUNT_W-1:0]      held = word[COUNT_W-1:0];
  wire logic [MS_W-1:0]         ms   = word[COUNT_W +: MS_W];

  // Sums over all SYNs that have entered, and over the reports in front of this clock's.
  logic [SUM_W-1:0] entered_q;
  logic [SUM_W-1:0] reported_q;

  wire logic [SUM_W-1:0] reported = reported_q + (leaves ? SUM_W'(syns_o) : '0);

  always_ff @(posedge clk_i) begin
    entered_q  <= entered_q + SUM_W'(enters);
    reported_q <= reported;
    if (!rst_ni) begin
      entered_q  <= '0;
      reported_q <= '0;
    end
  end

  // The milliseconds of the SYNs, and the reports in that of the last one that has come out.
  logic [32*LATENCY-1:0] ms_q;
  logic [31:0]           last_ms_q;
  logic [MS_W-1:0]       last_report_q;  // of the range
  logic [7:0]            reports_q;

  wire logic        comes = valid_q[LATENCY-1];
  wire logic [31:0] now   = ms_q[32*(LATENCY-1) +: 32];
  wire logic        early = report_o && syns_o != '1;  // before the count is full
  wire logic [7:0]  others = now != last_ms_q ? 8'd0 : reports_q;
  wire logic [7:0]  reports = !comes ? reports_q
                            : others + 8'(report_o && others != 8'(REPORTS_PER_MS));
  wire logic [MS_W-1:0] last_report = leaves && report_o ? now[MS_W-1:0] : last_report_q;

  logic [31:0] newest;
  always_comb begin
    newest = last_ms_q;
    for (int i = LATENCY - 1; i >= 0; i--) if (valid_q[i]) newest = ms_q[32*i +: 32];
  end

  always_ff @(posedge clk_i) begin
    ms_q <= {ms_q[32*(LATENCY-1)-1:0], ms_i};
    if (comes) last_ms_q <= now;
    reports_q     <= reports;
    last_report_q <= last_report;
    if (!rst_ni) begin
      last_ms_q     <= '0;
      reports_q     <= '0;
      last_report_q <= '0;
    end
  end

  always @(posedge clk_i) if (past_q && rst_ni) begin
    assert (entered_q == reported + SUM_W'(held) + SUM_W'(inside));
    assert (held != '1);
    assert (ms == last_report);
    assert (last_ms_i == newest);
    assert (reports <= 8'(REPORTS_PER_MS));
    assert (left_i == 8'(REPORTS_PER_MS) - reports);
    if (leaves) assert (report_o == (syns_o != '0));
    if (leaves && early) assert (others < 8'(REPORTS_PER_MS));
    if (leaves && early) assert (now[MS_W-1:0] != last_report_q);
    if (leaves && !report_o) begin
      assert (now[MS_W-1:0] == last_report_q || others == 8'(REPORTS_PER_MS));
    end
    cover (leaves && report_o && syns_o == COUNT_W'(2) && inside == 3'd3);
    cover (leaves && syns_o == '1);
    cover (leaves && !report_o && now[MS_W-1:0] != last_report_q);
  end

endmodule
