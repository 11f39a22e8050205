// From the record of a frame to its verdict: a pipeline of JUDGE_CLOCKS that takes a record a clock
// and never waits. The tables are searched and the hash is begun while the parser is still reading
// options, because addresses are known early and options enter the hash last.
//
//   t =  0  4          17       28        42    44             58      60    62
//        |  addresses  TCP      hash      plan  options enter  hash    sum   verdict
//        |  to tables  header   begins          the hash       ready
module packet_judge #(
  parameter int LEVELS         = 4,
  parameter int SOURCE_LEVELS  = 2,
  parameter int PROFILE_BITS   = 6,
  parameter int REPORTS_PER_MS = 256
) (
  input  logic                              clk_i,
  input  logic                              rst_ni,

  // Set by the host.
  input  logic                              enable_i,
  input  logic                              report_i,
  input  logic                              back_joins_i,  // SYN-ACKs go the way of all others
  input  logic [511:0]                      cookie_keys_i,
  input  logic [127:0]                      flow_key_i,
  input  table_write_pkg::write_t           table_write_i,
  input  logic                              table_bank_i,

  input  logic                              valid_i,
  input  logic [frame_pkg::WINDOW_BITS-1:0] window_i,
  input  logic [frame_pkg::LENGTH_W-1:0]    length_i,
  input  logic [15:0]                       tail_sum_i,
  input  syn_cookie_pkg::stamp_t            stamp_i,
  input  logic                              error_i,     // received with an error
  input  logic                              oversize_i,

  output logic                              valid_o,
  output syn_cookie_pkg::verdict_t          verdict_o,
  output logic [frame_pkg::LENGTH_W-1:0]    length_o,    // as received
  output syn_cookie_pkg::events_t           events_o
);

  localparam int LENGTH_W = frame_pkg::LENGTH_W;

  // Clocks after the record's entry.
  localparam int ADDRESSES_AT = frame_pkg::EXTENSION_AT;
  localparam int HEADER_AT    = frame_pkg::TCP_AT;
  localparam int PARSED_AT    = frame_pkg::PARSE_CLOCKS;
  localparam int PLAN_AT      = PARSED_AT + 2;
  localparam int TALLIED_AT   = PLAN_AT + syn_cookie_pkg::TALLY_CLOCKS;
  localparam int LAST_DELAY   = siphash_pkg::last_word_stage(2);
  localparam int HASH_AT      = PLAN_AT - LAST_DELAY;
  localparam int HASHED_AT    = HASH_AT + siphash_pkg::latency(2, 4);
  localparam int COOKIE_AT    = HASHED_AT + 1;
  localparam int ANSWER_AT    = COOKIE_AT + 2;
  localparam int JUDGE_CLOCKS = ANSWER_AT + 1;

  if (HASH_AT < HEADER_AT + 1) begin : g_check
    $fatal(1, "packet_judge: the hash begins before its key is known");
  end

  logic [JUDGE_CLOCKS-1:0] valid_q;
  always_ff @(posedge clk_i) valid_q <= rst_ni ? {valid_q[JUDGE_CLOCKS-2:0], valid_i} : '0;
  assign valid_o = valid_q[JUDGE_CLOCKS-1];

  // Headers.
  frame_pkg::headers_t headers;
  frame_pkg::ip_t      early_ip;
  logic [8*20-1:0]     early_header;

  header_parser u_parser (
    .clk_i, .rst_ni, .valid_i, .window_i, .length_i, .tail_sum_i, .valid_o(), .headers_o(headers),
    .early_ip_o(early_ip), .early_header_o(early_header));

  // What came with the record, when the headers are there.
  syn_cookie_pkg::stamp_t stamp;
  logic [LENGTH_W-1:0]    length;
  logic                   error;
  logic                   oversize;

  delay_line #(.W(syn_cookie_pkg::STAMP_W + LENGTH_W + 2), .N(PARSED_AT)) u_stamp (
    .clk_i, .rst_ni, .data_i({stamp_i, length_i, error_i, oversize_i}),
    .data_o({stamp, length, error, oversize}));

  // The policy for the addresses.
  lookup_pkg::profile_t profile;
  logic                 leave;
  logic [2*LEVELS-1:0]  destination_range;

  destination_table #(
    .LEVELS(LEVELS), .SOURCE_LEVELS(SOURCE_LEVELS), .PROFILE_BITS(PROFILE_BITS),
    .LATENCY(PARSED_AT - ADDRESSES_AT)) u_destination_table (
    .clk_i, .rst_ni, .write_i(table_write_i), .bank_i(table_bank_i), .source_i(early_ip.source),
    .destination_i(early_ip.destination), .range_o(destination_range), .profile_o(profile),
    .leave_o(leave));

  // What the packet's part in a handshake is.
  cookie_pkg::plan_t plan;

  handshake_plan u_plan (
    .clk_i, .enable_i, .headers_i(headers), .profile_i(profile), .leave_i(leave),
    .slot_now_i(stamp.slot), .plan_o(plan));

  frame_pkg::headers_t    plan_headers;
  syn_cookie_pkg::stamp_t plan_stamp;
  logic [2*LEVELS-1:0]    plan_range;
  logic                   plan_drop;
  delay_line #(.W(frame_pkg::HEADERS_W + syn_cookie_pkg::STAMP_W + 2 * LEVELS + 1),
               .N(PLAN_AT - PARSED_AT)) u_plan_headers (
    .clk_i, .rst_ni, .data_i({headers, stamp, destination_range, error || oversize}),
    .data_o({plan_headers, plan_stamp, plan_range, plan_drop}));

  // Whether an answered SYN is to report how many there were. The host sees every SYN-ACK that goes
  // its way, so then there is nothing to report.
  logic        report;
  logic [15:0] syns;
  logic        late_report;
  logic [15:0] late_syns;

  answer_tally #(.RANGE_W(2 * LEVELS), .REPORTS_PER_MS(REPORTS_PER_MS)) u_tally (
    .clk_i, .rst_ni,
    .valid_i(valid_q[PLAN_AT-1] && plan.answer && !plan_drop && report_i && !back_joins_i),
    .range_i(plan_range), .ms_i(plan_stamp.ms), .report_o(report), .syns_o(syns));
  delay_line #(.W(1 + 16), .N(ANSWER_AT - TALLIED_AT)) u_report (
    .clk_i, .rst_ni, .data_i({report, syns}), .data_o({late_report, late_syns}));

  // The hash. Its key register follows from the slot: of now for a SYN, of the cookie for an ACK.
  logic       hash_ipv6;
  logic [1:0] hash_register;
  logic [127:0] hash_source;
  logic [127:0] hash_destination;

  key_select #(.SLOT_DELAY(HEADER_AT), .LATENCY(HASH_AT - HEADER_AT)) u_key_select (
    .clk_i, .rst_ni, .slot_now_i(stamp_i.slot), .header_i(early_header),
    .register_o(hash_register));
  delay_line #(.W(1 + 2 * 128), .N(HASH_AT - ADDRESSES_AT)) u_hash_addresses (
    .clk_i, .rst_ni, .data_i({early_ip.ipv6, early_ip.source, early_ip.destination}),
    .data_o({hash_ipv6, hash_source, hash_destination}));

  logic [24:0] hash;
  cookie_hash #(.LAST_DELAY(LAST_DELAY)) u_cookie_hash (
    .clk_i, .rst_ni, .keys_i(cookie_keys_i), .valid_i(valid_q[HASH_AT-1]), .ipv6_i(hash_ipv6),
    .register_i(hash_register), .source_i(hash_source), .destination_i(hash_destination),
    .last_ipv6_i(plan_headers.ipv6), .last_source_port_i(plan_headers.source_port),
    .last_destination_port_i(plan_headers.destination_port), .last_slot_i(plan.slot),
    .last_opt_i(plan.opt), .last_tsopt_i({2'd0, plan.tsopt}), .valid_o(), .hash_o(hash));

  // The cookie, made or checked.
  cookie_pkg::plan_t hashed_plan;
  logic [31:0]       hashed_sequence;
  delay_line #(.W(cookie_pkg::PLAN_W + 32), .N(HASHED_AT - PLAN_AT)) u_hashed_plan (
    .clk_i, .rst_ni, .data_i({plan, plan_headers.sequence_number}),
    .data_o({hashed_plan, hashed_sequence}));

  logic [31:0] cookie;
  logic        cookie_valid;
  cookie_join u_cookie_join (
    .clk_i, .plan_i(hashed_plan), .hash_i(hash), .sequence_i(hashed_sequence), .cookie_o(cookie),
    .valid_o(cookie_valid));

  logic cookie_valid_late;
  delay_line #(.W(1), .N(ANSWER_AT - COOKIE_AT)) u_cookie_valid (
    .clk_i, .rst_ni, .data_i(cookie_valid), .data_o(cookie_valid_late));

  // The answer.
  syn_cookie_pkg::answer_t answer;
  syn_ack #(.LATENCY(ANSWER_AT - PLAN_AT)) u_syn_ack (
    .clk_i, .rst_ni, .headers_i(plan_headers), .plan_i(plan), .ms_i(plan_stamp.ms),
    .cookie_i(cookie), .answer_o(answer));

  // The connection's hash.
  logic [31:0] flow;
  logic [31:0] flow_late;
  flow_hash u_flow_hash (
    .clk_i, .rst_ni, .key_i(flow_key_i), .valid_i(valid_q[PARSED_AT-1]), .ipv6_i(headers.ipv6),
    .client_i(headers.source), .server_i(headers.destination),
    .client_port_i(headers.source_port), .server_port_i(headers.destination_port), .valid_o(),
    .hash_o(flow));
  delay_line #(.W(32), .N(ANSWER_AT - PARSED_AT - siphash_pkg::latency(1, 3))) u_flow_late (
    .clk_i, .rst_ni, .data_i(flow), .data_o(flow_late));

  // All of it together.
  frame_pkg::headers_t    last_headers;
  cookie_pkg::plan_t      last_plan;
  syn_cookie_pkg::stamp_t last_stamp;
  logic [LENGTH_W-1:0]    last_length;
  logic                   last_error;
  logic                   last_oversize;

  delay_line #(.W(frame_pkg::HEADERS_W + syn_cookie_pkg::STAMP_W + LENGTH_W + 2),
               .N(ANSWER_AT - PARSED_AT)) u_last (
    .clk_i, .rst_ni, .data_i({headers, stamp, length, error, oversize}),
    .data_o({last_headers, last_stamp, last_length, last_error, last_oversize}));
  delay_line #(.W(cookie_pkg::PLAN_W), .N(ANSWER_AT - HASHED_AT)) u_last_plan (
    .clk_i, .rst_ni, .data_i(hashed_plan), .data_o(last_plan));

  verdict_build u_verdict_build (
    .clk_i, .back_joins_i, .headers_i(last_headers), .plan_i(last_plan), .stamp_i(last_stamp),
    .length_i(last_length), .error_i(last_error), .oversize_i(last_oversize),
    .report_i(late_report), .syns_i(late_syns), .cookie_valid_i(cookie_valid_late),
    .flow_hash_i(flow_late), .answer_i(answer),
    .verdict_o, .length_o, .events_o);

endmodule
