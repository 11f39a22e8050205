// The kernel's counters, in the order of its register description.
module event_counters (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    judged_i,
  input  logic [13:0]             bytes_i,
  input  syn_cookie_pkg::events_t events_i,
  input  logic                    sent_on_i,
  input  logic                    sent_back_i,

  input  logic                    snapshot_i,
  output logic                    busy_o,
  input  logic [3:0]              select_i,
  output logic [63:0]             value_o
);

  localparam int N = syn_cookie_regs_pkg::COUNTER_COUNT;
  localparam int W = syn_cookie_regs_pkg::COUNTER_STEP_W;

  logic [N*W-1:0] step_q;

  always_ff @(posedge clk_i) begin
    step_q <= '0;
    step_q[W*syn_cookie_regs_pkg::COUNTER_SENT_FRAMES]      <= sent_on_i;
    step_q[W*syn_cookie_regs_pkg::COUNTER_SENT_BACK_FRAMES] <= sent_back_i;
    if (judged_i) begin
      step_q[W*syn_cookie_regs_pkg::COUNTER_RECEIVED_FRAMES]     <= 1'b1;
      step_q[W*syn_cookie_regs_pkg::COUNTER_RECEIVED_BYTES +: W] <= bytes_i;
      step_q[W*syn_cookie_regs_pkg::COUNTER_SYN_ANSWERED]        <= events_i.syn_answered;
      step_q[W*syn_cookie_regs_pkg::COUNTER_COOKIE_VALID]        <= events_i.cookie_valid;
      step_q[W*syn_cookie_regs_pkg::COUNTER_COOKIE_INVALID]      <= events_i.cookie_invalid;
      step_q[W*syn_cookie_regs_pkg::COUNTER_MALFORMED]           <= events_i.malformed;
      step_q[W*syn_cookie_regs_pkg::COUNTER_CHECKSUM_BAD]        <= events_i.checksum_bad;
      step_q[W*syn_cookie_regs_pkg::COUNTER_FRAGMENT]            <= events_i.fragment;
      step_q[W*syn_cookie_regs_pkg::COUNTER_UNPARSED]            <= events_i.unparsed;
      step_q[W*syn_cookie_regs_pkg::COUNTER_NOT_IP]              <= events_i.not_ip;
      step_q[W*syn_cookie_regs_pkg::COUNTER_RECEIVE_ERROR]       <= events_i.receive_error;
      step_q[W*syn_cookie_regs_pkg::COUNTER_OVERSIZE]            <= events_i.oversize;
      step_q[W*syn_cookie_regs_pkg::COUNTER_REPORTED_FRAMES]     <= events_i.reported;
    end
  end

  counters #(.N(N), .STEP_W(W)) u_counters (
    .clk_i, .rst_ni, .step_i(step_q), .snapshot_i, .busy_o, .select_i, .value_o);

endmodule
