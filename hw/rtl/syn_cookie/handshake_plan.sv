// Decides what a packet's part in a handshake is, in two clocks: whether it is a SYN to answer or a
// segment whose cookie to check, and what of the options a cookie is to remember or has remembered.
module handshake_plan (
  input  logic                  clk_i,

  input  logic                  enable_i,
  input  frame_pkg::headers_t   headers_i,
  input  lookup_pkg::profile_t  profile_i,
  input  logic                  leave_i,     // the source's packets are left to the host
  input  logic [7:0]            slot_now_i,

  // Two clocks later.
  output cookie_pkg::plan_t       plan_o
);

  logic syn;
  logic ack;
  segment_class u_class (.flags_i(headers_i.tcp_flags), .syn_o(syn), .ack_o(ack));

  localparam int SERVICE_W = lookup_pkg::SERVICE_W;

  // The mode of the destination port: of the service that names it, else of all others.
  lookup_pkg::mode_t mode;
  always_comb begin
    mode = profile_i.mode;
    for (int i = 0; i < lookup_pkg::SERVICES; i++) begin
      if (headers_i.destination_port >= profile_i.services[SERVICE_W*i + 18 +: 16]
          && headers_i.destination_port <= profile_i.services[SERVICE_W*i + 2 +: 16]) begin
        mode = profile_i.services[SERVICE_W*i +: 2];
      end
    end
  end

  // Clock 1: the facts.
  wire logic       sound     = headers_i.kind == frame_pkg::KIND_TCP
                            && headers_i.fault == frame_pkg::FAULT_NONE;
  wire logic [7:0] past_next = slot_now_i - profile_i.next_slot;
  wire logic [31:0] cookie   = headers_i.acknowledgement - 32'd1;
  wire logic [15:0] mss      = headers_i.options.mss != '0
                             ? headers_i.options.mss : cookie_pkg::default_mss(headers_i.ipv6);

  logic        answer_q;
  logic        check_q;
  logic [3:0]  server_scale_q;
  logic        server_sack_q;
  logic        server_timestamps_q;
  logic [15:0] server_mss_q;
  logic [15:0] server_window_q;
  logic [1:0]  mss_class_q;
  logic [3:0]  client_scale_q;
  logic        client_sack_q;
  logic        timestamps_q;
  logic [5:0]  echo_q;
  logic [31:0] cookie_q;
  logic [1:0]  age_q;
  logic [7:0]  slot_now_q;

  always_ff @(posedge clk_i) begin
    answer_q            <= enable_i && sound && syn && mode.answer && !leave_i;
    check_q             <= enable_i && sound && ack && mode.validate && !leave_i;
    // From its slot on, for half of the slots that the byte tells apart.
    server_scale_q      <= past_next[7] ? profile_i.window_scale : profile_i.next_window_scale;
    server_sack_q       <= profile_i.sack;
    server_timestamps_q <= profile_i.timestamps;
    server_mss_q        <= profile_i.mss;
    server_window_q     <= profile_i.window;
    mss_class_q         <= cookie_pkg::mss_class(headers_i.ipv6, mss);
    client_scale_q      <= headers_i.options.window_scale;
    client_sack_q       <= headers_i.options.sack_permitted_offset != '0;
    timestamps_q        <= headers_i.options.timestamps_offset != '0;
    echo_q              <= headers_i.options.timestamp_echo[5:0];
    cookie_q            <= cookie;
    age_q               <= cookie_pkg::age(slot_now_i, cookie[31:30]);
    slot_now_q          <= slot_now_i;
  end

  // Clock 2, for a SYN: what both sides do. ECN is left out: agreeing to it for a server that then
  // refuses would leave congestion marks unanswered. Without timestamps, a combination that has no
  // index loses scaling and SACK.
  wire logic       both_timestamps = timestamps_q && server_timestamps_q;
  wire logic       both_sack       = client_sack_q && server_sack_q;
  wire logic [3:0] both_scale      = server_scale_q != cookie_pkg::NO_SCALE ? client_scale_q
                                                                            : cookie_pkg::NO_SCALE;
  wire logic       kept            = both_timestamps
                                  || cookie_pkg::scale_index(both_sack, both_scale) != '0;
  cookie_pkg::agreed_t made;

  always_comb begin
    made.timestamps = both_timestamps;
    made.sack       = both_sack && kept;
    made.mss_index  = mss_class_q;
    made.scale      = kept ? both_scale : cookie_pkg::NO_SCALE;
    made.ecn        = 1'b0;
  end

  // Clock 2, for a cookie that comes back: what it and the echoed timestamp remember.
  cookie_pkg::agreed_t remembered;

  wire logic [2:0] shown_index = cookie_q[27:25];

  always_comb begin
    remembered.timestamps = timestamps_q;
    remembered.mss_index  = cookie_q[29:28];
    if (timestamps_q) begin
      remembered.scale = echo_q[3:0];
      remembered.sack  = echo_q[4];
      remembered.ecn   = echo_q[5];
    end else begin
      remembered.scale = cookie_pkg::indexed_scale(shown_index);
      remembered.sack  = shown_index != '0;
      remembered.ecn   = 1'b0;
    end
  end

  wire logic [2:0] remembered_index = cookie_pkg::scale_index(remembered.sack, remembered.scale);

  cookie_pkg::agreed_t agreed;
  assign agreed = check_q ? remembered : made;

  wire logic [2:0] scale_index = check_q ? shown_index
                                         : cookie_pkg::scale_index(made.sack, made.scale);

  always_ff @(posedge clk_i) begin
    plan_o.answer        <= answer_q;
    plan_o.check         <= check_q;
    plan_o.slot          <= check_q ? slot_now_q - {6'd0, age_q} : slot_now_q;
    plan_o.cookie        <= cookie_q;
    plan_o.plausible     <= age_q < 2'd2 && remembered_index == shown_index;
    plan_o.agreed        <= agreed;
    plan_o.scale_index   <= scale_index;
    plan_o.opt           <= {agreed.timestamps, 2'd0, agreed.mss_index, scale_index};
    plan_o.tsopt         <= agreed.timestamps ? {agreed.ecn, agreed.sack, agreed.scale} : 6'd0;
    plan_o.server_scale  <= server_scale_q;
    plan_o.server_mss    <= server_mss_q;
    plan_o.server_window <= server_window_q;
  end

endmodule
