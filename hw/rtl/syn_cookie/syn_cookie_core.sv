// The SYN cookie kernel without its registers. Frames wait in a store until all of them has arrived
// and been judged; then they leave: SYN-ACKs through `back`, everything else, marked, through `on`,
// among it those of the answered SYNs that report how many there were.
//
//   bus > ingress +> store ------------------> egress > overlay +> on   > mark insert > bus
//                 +> window > judge > verdicts ^                +> back > bus
module syn_cookie_core #(
  parameter int LEVELS         = 4,
  parameter int SOURCE_LEVELS  = 2,
  parameter int PROFILE_BITS   = 6,
  parameter int REPORTS_PER_MS = 256,
  parameter int STORE_BEATS    = 512,  // holds the longest frame and what the judge is working on
  parameter int VERDICTS       = 128   // frames between ingress and egress
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,

  input  logic                            enable_i,
  input  logic                            back_joins_i,
  input  logic                            report_i,
  input  logic [511:0]                    cookie_keys_i,
  input  logic [127:0]                    flow_key_i,
  input  table_write_pkg::write_t         table_write_i,
  input  logic                            table_bank_i,
  input  syn_cookie_pkg::stamp_t          now_i,

  input  logic                            tvalid_i,
  output logic                            tready_o,
  input  logic [frame_pkg::BEAT_BITS-1:0] tdata_i,
  input  logic [63:0]                     tkeep_i,
  input  logic                            tlast_i,
  input  logic                            tuser_i,

  output logic                            on_tvalid_o,
  input  logic                            on_tready_i,
  output logic [frame_pkg::BEAT_BITS-1:0] on_tdata_o,
  output logic [63:0]                     on_tkeep_o,
  output logic                            on_tlast_o,

  output logic                            back_tvalid_o,
  input  logic                            back_tready_i,
  output logic [frame_pkg::BEAT_BITS-1:0] back_tdata_o,
  output logic [63:0]                     back_tkeep_o,
  output logic                            back_tlast_o,

  // For the counters: what was judged in a clock, and frames that left.
  output logic                            judged_o,
  output logic [frame_pkg::LENGTH_W-1:0]  judged_bytes_o,
  output syn_cookie_pkg::events_t         judged_events_o,
  output logic                            sent_on_o,
  output logic                            sent_back_o
);

  localparam int BEAT_BITS = frame_pkg::BEAT_BITS;
  localparam int LENGTH_W  = frame_pkg::LENGTH_W;
  localparam int MAX_BEATS = 150;
  localparam int OVERLAY   = 3;
  localparam int OUT_BEATS = 32;

  if (STORE_BEATS < 2 * MAX_BEATS) begin : g_check
    $fatal(1, "syn_cookie_core: the store is too small for the longest frame");
  end

  // Ingress.
  logic                   beat_valid;
  logic [BEAT_BITS-1:0]   beat_data;
  logic [6:0]             beat_bytes;
  logic                   beat_first;
  logic                   beat_last;
  logic                   beat_error;
  logic                   beat_oversize;
  syn_cookie_pkg::stamp_t beat_stamp;
  logic                   store_ready;
  logic                   verdict_room;

  frame_ingress #(.MAX_BEATS(MAX_BEATS)) u_ingress (
    .clk_i, .rst_ni, .tvalid_i, .tready_o, .tdata_i, .tkeep_i, .tlast_i, .tuser_i, .now_i,
    .store_ready_i(store_ready), .verdict_room_i(verdict_room), .valid_o(beat_valid),
    .data_o(beat_data), .bytes_o(beat_bytes), .first_o(beat_first), .last_o(beat_last),
    .error_o(beat_error), .oversize_o(beat_oversize), .stamp_o(beat_stamp));

  // The store.
  logic                 stored_valid;
  logic                 stored_ready;
  logic [BEAT_BITS-1:0] stored_data;
  logic                 stored_last;

  fifo #(.W(BEAT_BITS + 1), .DEPTH(STORE_BEATS)) u_store (
    .clk_i, .rst_ni, .valid_i(beat_valid), .ready_o(store_ready), .data_i({beat_data, beat_last}),
    .valid_o(stored_valid), .ready_i(stored_ready), .data_o({stored_data, stored_last}),
    .stored_o());

  // The judge.
  logic                              record_valid;
  logic [frame_pkg::WINDOW_BITS-1:0] record_window;
  logic [LENGTH_W-1:0]               record_length;
  logic [15:0]                       record_tail_sum;
  syn_cookie_pkg::stamp_t            record_stamp;
  logic                              record_error;
  logic                              record_oversize;

  frame_window #(.STAMP_W(syn_cookie_pkg::STAMP_W), .END_W(2)) u_window (
    .clk_i, .rst_ni, .valid_i(beat_valid), .data_i(beat_data), .bytes_i(beat_bytes),
    .first_i(beat_first), .last_i(beat_last), .stamp_i(beat_stamp),
    .end_i({beat_error, beat_oversize}), .valid_o(record_valid), .window_o(record_window),
    .length_o(record_length), .tail_sum_o(record_tail_sum), .stamp_o(record_stamp),
    .end_o({record_error, record_oversize}));

  logic                     judged;
  syn_cookie_pkg::verdict_t judged_verdict;

  packet_judge #(
    .LEVELS(LEVELS), .SOURCE_LEVELS(SOURCE_LEVELS), .PROFILE_BITS(PROFILE_BITS),
    .REPORTS_PER_MS(REPORTS_PER_MS)) u_judge (
    .clk_i, .rst_ni, .enable_i, .report_i, .back_joins_i, .cookie_keys_i, .flow_key_i,
    .table_write_i, .table_bank_i,
    .valid_i(record_valid), .window_i(record_window), .length_i(record_length),
    .tail_sum_i(record_tail_sum), .stamp_i(record_stamp), .error_i(record_error),
    .oversize_i(record_oversize), .valid_o(judged), .verdict_o(judged_verdict),
    .length_o(judged_bytes_o), .events_o(judged_events_o));

  assign judged_o = judged;

  logic                     verdict_valid;
  logic                     verdict_ready;
  syn_cookie_pkg::verdict_t verdict;

  credit_fifo #(.W(syn_cookie_pkg::VERDICT_W), .DEPTH(VERDICTS)) u_verdicts (
    .clk_i, .rst_ni, .room_o(verdict_room), .enter_i(beat_valid && beat_first), .valid_i(judged),
    .data_i(judged_verdict), .valid_o(verdict_valid), .ready_i(verdict_ready),
    .data_o(verdict));

  // Egress.
  logic                 on_room;
  logic                 back_room;
  logic                 on_enter;
  logic                 on_enter_last;
  logic [6:0]           on_enter_bytes;
  logic                 back_enter;
  logic                 back_enter_last;
  logic [6:0]           back_enter_bytes;
  logic                 leaving_first;
  logic [1:0]           leaving_index;
  logic [BEAT_BITS-1:0] leaving_data;

  frame_egress u_egress (
    .clk_i, .rst_ni, .store_valid_i(stored_valid), .store_ready_o(stored_ready),
    .store_data_i(stored_data), .store_last_i(stored_last), .verdict_valid_i(verdict_valid),
    .verdict_ready_o(verdict_ready), .verdict_i(verdict), .on_room_i(on_room),
    .back_room_i(back_room), .on_enter_o(on_enter), .on_last_o(on_enter_last),
    .on_bytes_o(on_enter_bytes), .back_enter_o(back_enter), .back_last_o(back_enter_last),
    .back_bytes_o(back_enter_bytes), .first_o(leaving_first), .index_o(leaving_index),
    .data_o(leaving_data));

  logic                 on_valid;
  logic                 back_valid;
  logic                 out_first;
  logic                 out_answer;       // what goes on is the answer
  logic                 out_on_last;
  logic [6:0]           out_on_bytes;
  logic                 out_back_last;
  logic [6:0]           out_back_bytes;
  logic [127:0]         out_mark;
  logic [BEAT_BITS-1:0] out_data;
  logic [BEAT_BITS-1:0] out_original;
  logic [OVERLAY-1:0]   on_line_q;
  logic [OVERLAY-1:0]   back_line_q;

  answer_overlay u_overlay (
    .clk_i, .overlay_i(verdict.back || verdict.on_answer), .index_i(leaving_index),
    .answer_i(verdict.answer), .data_i(leaving_data), .data_o(out_data),
    .original_o(out_original));
  delay_line #(.W(2 + 2 * 8 + 128), .N(OVERLAY)) u_out (
    .clk_i, .rst_ni,
    .data_i({leaving_first, verdict.on_answer, on_enter_last, on_enter_bytes, back_enter_last,
             back_enter_bytes, verdict.mark}),
    .data_o({out_first, out_answer, out_on_last, out_on_bytes, out_back_last, out_back_bytes,
             out_mark}));

  always_ff @(posedge clk_i) begin
    on_line_q   <= rst_ni ? {on_line_q[OVERLAY-2:0], on_enter} : '0;
    back_line_q <= rst_ni ? {back_line_q[OVERLAY-2:0], back_enter} : '0;
  end
  assign on_valid   = on_line_q[OVERLAY-1];
  assign back_valid = back_line_q[OVERLAY-1];

  // Towards the host, with the metadata.
  logic                 mark_valid;
  logic                 mark_ready;
  logic                 mark_first;
  logic                 mark_last;
  logic [6:0]           mark_bytes;
  logic [127:0]         mark;
  logic [BEAT_BITS-1:0] mark_data;
  logic [6:0]           on_bytes;

  wire logic [BEAT_BITS-1:0] out_on_data = out_answer ? out_data : out_original;

  credit_fifo #(.W(BEAT_BITS + 9 + 128), .DEPTH(OUT_BEATS)) u_on (
    .clk_i, .rst_ni, .room_o(on_room), .enter_i(on_enter), .valid_i(on_valid),
    .data_i({out_first, out_on_last, out_on_bytes, out_mark, out_on_data}), .valid_o(mark_valid),
    .ready_i(mark_ready), .data_o({mark_first, mark_last, mark_bytes, mark, mark_data}));

  mark_insert u_mark_insert (
    .clk_i, .rst_ni, .valid_i(mark_valid), .ready_o(mark_ready), .data_i(mark_data),
    .bytes_i(mark_bytes), .first_i(mark_first), .last_i(mark_last), .mark_i(mark),
    .valid_o(on_tvalid_o), .ready_i(on_tready_i), .data_o(on_tdata_o), .bytes_o(on_bytes),
    .last_o(on_tlast_o));

  // Back to the wire.
  logic [6:0] back_bytes;

  credit_fifo #(.W(BEAT_BITS + 8), .DEPTH(OUT_BEATS)) u_back (
    .clk_i, .rst_ni, .room_o(back_room), .enter_i(back_enter), .valid_i(back_valid),
    .data_i({out_back_last, out_back_bytes, out_data}), .valid_o(back_tvalid_o),
    .ready_i(back_tready_i), .data_o({back_tlast_o, back_bytes, back_tdata_o}));

  always_comb begin
    for (int i = 0; i < 64; i++) begin
      on_tkeep_o[i]   = on_bytes > 7'(i);
      back_tkeep_o[i] = back_bytes > 7'(i);
    end
  end

  assign sent_on_o   = on_tvalid_o && on_tready_i && on_tlast_o;
  assign sent_back_o = back_tvalid_o && back_tready_i && back_tlast_o;

endmodule
