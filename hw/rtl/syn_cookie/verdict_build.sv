// Last step of the judge: what becomes of the frame, what its metadata says and what is counted.
module verdict_build (
  input  logic                           clk_i,

  input  logic                           back_joins_i,  // SYN-ACKs go the way of all others

  input  frame_pkg::headers_t            headers_i,
  input  cookie_pkg::plan_t              plan_i,
  input  syn_cookie_pkg::stamp_t         stamp_i,
  input  logic [frame_pkg::LENGTH_W-1:0] length_i,
  input  logic                           error_i,
  input  logic                           oversize_i,
  input  logic                           report_i,      // a SYN is answered and goes on, too
  input  logic [15:0]                    syns_i,        // and stands for so many, else 0
  input  logic                           cookie_valid_i,
  input  logic [31:0]                    flow_hash_i,
  input  syn_cookie_pkg::answer_t        answer_i,

  // A clock later.
  output syn_cookie_pkg::verdict_t       verdict_o,
  output logic [frame_pkg::LENGTH_W-1:0] length_o,
  output syn_cookie_pkg::events_t        events_o
);

  wire logic drop = error_i || oversize_i;

  wire logic [2:0] kind         = headers_i.kind;
  wire logic [4:0] fault        = headers_i.fault;
  wire logic       sound        = fault == frame_pkg::FAULT_NONE;
  wire logic       is_tcp       = kind == frame_pkg::KIND_TCP;
  wire logic       checksum_bad = fault == frame_pkg::FAULT_IP_CHECKSUM
                               || fault == frame_pkg::FAULT_TCP_CHECKSUM
                               || fault == frame_pkg::FAULT_UDP_CHECKSUM
                               || fault == frame_pkg::FAULT_ICMP_CHECKSUM;
  wire logic       unparsed     = kind == frame_pkg::KIND_UNPARSED;
  wire logic       summed       = sound && (is_tcp || kind == frame_pkg::KIND_UDP
                                            || kind == frame_pkg::KIND_ICMP);
  wire logic       answered     = plan_i.answer && !drop;

  logic [7:0] flags;
  always_comb begin
    flags = '0;
    flags[mark_pkg::COOKIE_VALID]   = cookie_valid_i;
    flags[mark_pkg::SYN_ANSWERED]   = plan_i.answer;
    flags[mark_pkg::UNPARSED]       = unparsed;
    flags[mark_pkg::CHECKSUM_BAD]   = checksum_bad;
    flags[mark_pkg::MALFORMED]      = !sound && !checksum_bad;
    flags[mark_pkg::CHECKSUM_GOOD]  = summed;
    flags[mark_pkg::COOKIE_CHECKED] = plan_i.check;
  end

  logic [127:0] mark;
  mark_build u_mark (
    .flags_i(flags), .remembered_i(plan_i.answer || cookie_valid_i), .agreed_i(plan_i.agreed),
    .slot_i(plan_i.slot[5:0]), .syns_i, .flow_hash_i(is_tcp && sound ? flow_hash_i : 32'd0),
    .ms_i(stamp_i.ms), .mark_o(mark));

  // A payload is cut off the answer; the padding of a short frame stays.
  wire logic [frame_pkg::LENGTH_W-1:0] payload_offset =
      headers_i.transport_offset + {8'd0, headers_i.tcp_words, 2'd0};
  wire logic [frame_pkg::LENGTH_W-1:0] answer_length =
      headers_i.ip_end != payload_offset ? payload_offset : length_i;

  wire logic joins = answered && !report_i && back_joins_i;

  always_ff @(posedge clk_i) begin
    verdict_o.on          <= !drop && length_i != '0 && (!answered || joins || report_i);
    verdict_o.on_answer   <= joins;
    verdict_o.back        <= answered && !joins;
    verdict_o.on_length   <= joins ? answer_length : length_i;
    verdict_o.back_length <= answer_length;
    verdict_o.mark        <= mark;
    verdict_o.answer      <= answer_i;

    length_o <= length_i;

    events_o.oversize       <= oversize_i;
    events_o.receive_error  <= error_i && !oversize_i;
    events_o.not_ip         <= !drop && sound && kind == frame_pkg::KIND_NOT_IP;
    events_o.unparsed       <= !drop && unparsed;
    events_o.fragment       <= !drop && kind == frame_pkg::KIND_FRAGMENT;
    events_o.checksum_bad   <= !drop && checksum_bad;
    events_o.malformed      <= !drop && !sound && !checksum_bad;
    events_o.cookie_invalid <= !drop && plan_i.check && !cookie_valid_i;
    events_o.cookie_valid   <= !drop && cookie_valid_i;
    events_o.syn_answered   <= answered;
    events_o.reported       <= report_i;
  end

endmodule
