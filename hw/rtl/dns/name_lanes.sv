// Two scanners of names, which datagrams enter in turn, so that two names make a step each clock.
// Each scanner keeps all frames, as it is not known yet which of them have a name when they come.
// What has been read comes out one name a clock.
module name_lanes (
  input  logic                              clk_i,
  input  logic                              rst_ni,

  input  logic [127:0]                      key_i,

  input  logic                              write_i,
  input  logic [dns_pkg::SLOT_W-1:0]        write_slot_i,
  input  logic [2:0]                        write_beat_i,
  input  logic [frame_pkg::BEAT_BITS-1:0]   write_data_i,

  // A UDP datagram, as name_scan takes it.
  input  logic                              valid_i,
  input  logic [dns_pkg::SLOT_W-1:0]        slot_i,
  input  logic [dns_pkg::PLACE_W-1:0]       at_i,
  input  logic [13:0]                       length_i,

  // A label's hash from each lane.
  output logic [1:0]                        label_valid_o,
  output logic [2*dns_pkg::SLOT_W-1:0]      label_slot_o,
  output logic [2*dns_pkg::LABEL_W-1:0]     label_place_o,
  output logic [127:0]                      label_hash_o,

  // After the last label's hash: a name with labels, or a datagram without.
  output logic                              name_valid_o,
  output dns_pkg::labels_t                  name_o,
  output logic                              none_valid_o,
  output logic                              question_o,
  output logic                              invalid_o
);

  localparam int END_W = dns_pkg::LABELS_W + 3;

  logic               enter_q;  // the lane of the next datagram
  logic [1:0]         end_valid;
  logic [1:0]         end_ready;
  logic [2*END_W-1:0] ends;

  always_ff @(posedge clk_i) enter_q <= rst_ni && (enter_q ^ valid_i);

  for (genvar l = 0; l < 2; l++) begin : g_lane
    logic                       name_valid;
    logic                       none_valid;
    logic                       question;
    logic                       invalid;
    dns_pkg::labels_t           name;

    name_scan u_scan (
      .clk_i, .rst_ni, .key_i, .write_i, .write_slot_i, .write_beat_i, .write_data_i,
      .valid_i(valid_i && enter_q == 1'(l)), .slot_i, .at_i, .length_i,
      .label_valid_o(label_valid_o[l]),
      .label_slot_o(label_slot_o[dns_pkg::SLOT_W*l +: dns_pkg::SLOT_W]),
      .label_place_o(label_place_o[dns_pkg::LABEL_W*l +: dns_pkg::LABEL_W]),
      .label_hash_o(label_hash_o[64*l +: 64]), .name_valid_o(name_valid), .name_o(name),
      .none_valid_o(none_valid), .question_o(question), .invalid_o(invalid));

    // There are no more of them than slots.
    fifo #(.W(END_W), .DEPTH(dns_pkg::SLOTS)) u_ends (
      .clk_i, .rst_ni, .valid_i(name_valid || none_valid), .ready_o(),
      .data_i({name_valid, question, invalid, name}), .valid_o(end_valid[l]),
      .ready_i(end_ready[l]), .data_o(ends[END_W*l +: END_W]), .stored_o());
  end

  // The lanes take turns while both have something.
  logic turn_q;

  wire logic             lane  = end_valid[turn_q] ? turn_q : !turn_q;
  wire logic             valid = end_valid[0] || end_valid[1];
  wire logic [END_W-1:0] taken = lane ? ends[2*END_W-1:END_W] : ends[END_W-1:0];

  assign end_ready = {lane, !lane};

  logic             end_q;
  logic             lane_q;
  logic             has_labels_q;
  logic             question_q;
  logic             invalid_q;
  dns_pkg::labels_t name_q;

  always_ff @(posedge clk_i) begin
    turn_q <= rst_ni && !lane;
    end_q  <= rst_ni && valid;
    lane_q <= lane;
    {has_labels_q, question_q, invalid_q, name_q} <= taken;
  end

  always_comb begin
    name_o      = name_q;
    name_o.lane = lane_q;
  end

  assign name_valid_o = end_q && has_labels_q;
  assign none_valid_o = end_q && !has_labels_q;
  assign question_o   = end_q && question_q;
  assign invalid_o    = end_q && invalid_q;

endmodule
