// Hashes the suffixes of a name, the shortest first, as SuffixFold of software does: absorbs the
// hashes of its labels from the right and finishes a copy of the state for each. Names go round in a
// ring of six clocks, a label a round, so there is a suffix a clock.
module suffix_fold (
  input  logic                        clk_i,
  input  logic                        rst_ni,

  input  logic [127:0]                key_i,

  // A label's hash from each of the lanes.
  input  logic [1:0]                    label_valid_i,
  input  logic [2*dns_pkg::SLOT_W-1:0]  label_slot_i,
  input  logic [2*dns_pkg::LABEL_W-1:0] label_place_i,
  input  logic [127:0]                  label_hash_i,

  // A name whose labels are all there. At most one of each slot is inside.
  input  logic                        name_valid_i,
  input  dns_pkg::labels_t            name_i,

  output dns_pkg::lookup_t            lookup_o,
  output logic [63:0]                 place_o,
  output logic [63:0]                 tag_o
);

  // Names that wait. There are no more of them than slots.
  logic             wait_valid;
  logic             wait_ready;
  dns_pkg::labels_t waiting;

  fifo #(.W(dns_pkg::LABELS_W), .DEPTH(dns_pkg::SLOTS)) u_wait (
    .clk_i, .rst_ni, .valid_i(name_valid_i), .ready_o(), .data_i(name_i), .valid_o(wait_valid),
    .ready_i(wait_ready), .data_o(waiting), .stored_o());

  // The state that a name begins with: told from that of a label, as SipHash-128 is from SipHash.
  wire logic [255:0] begins = siphash_pkg::init(key_i) ^ {128'd0, 64'hee, 64'd0};

  // Six registers, in the order in which a name passes them.
  dns_pkg::labels_t chosen_q;
  dns_pkg::labels_t read_q;
  dns_pkg::labels_t lanes_q;
  dns_pkg::labels_t label_q;
  dns_pkg::labels_t half_q;
  dns_pkg::labels_t round_q;
  logic [5:0]       valid_q;
  logic [255:0]     chosen_state_q;
  logic [255:0]     read_state_q;
  logic [255:0]     lanes_state_q;
  logic [255:0]     label_state_q;
  logic [255:0]     half_state_q;
  logic [255:0]     round_state_q;
  logic [127:0]     lanes_hash_q;
  logic [63:0]      label_hash_q;
  logic [63:0]      half_hash_q;

  wire logic stays = valid_q[5] && round_q.count != 4'd1;
  assign wait_ready = !stays;

  // Through the memories' output registers.
  for (genvar l = 0; l < 2; l++) begin : g_lane
    logic [63:0] hashes [0:dns_pkg::SLOTS*dns_pkg::LABELS-1];
    logic [63:0] read_hash_q;

    always_ff @(posedge clk_i) begin
      if (label_valid_i[l]) begin
        hashes[{label_slot_i[dns_pkg::SLOT_W*l +: dns_pkg::SLOT_W],
                label_place_i[dns_pkg::LABEL_W*l +: dns_pkg::LABEL_W]}] <= label_hash_i[64*l +: 64];
      end
      read_hash_q              <= hashes[{chosen_q.slot, chosen_q.newest}];
      lanes_hash_q[64*l +: 64] <= read_hash_q;
    end
  end

  wire logic [255:0] after = siphash_pkg::half_b(half_state_q);

  always_ff @(posedge clk_i) begin
    valid_q <= rst_ni ? {valid_q[4:0], stays || wait_valid} : '0;

    chosen_q <= waiting;
    if (stays) begin
      chosen_q        <= round_q;
      chosen_q.count  <= round_q.count - 1'b1;
      chosen_q.newest <= round_q.newest - 1'b1;
    end
    chosen_state_q <= stays ? round_state_q : begins;

    read_q        <= chosen_q;
    read_state_q  <= chosen_state_q;
    lanes_q       <= read_q;
    lanes_state_q <= read_state_q;
    label_hash_q  <= lanes_q.lane ? lanes_hash_q[127:64] : lanes_hash_q[63:0];
    label_q       <= lanes_q;
    label_state_q <= lanes_state_q;

    half_state_q <= siphash_pkg::half_a({label_state_q[255:192] ^ label_hash_q,
                                         label_state_q[191:0]});
    half_hash_q  <= label_hash_q;
    half_q       <= label_q;

    round_state_q <= {after[255:64], after[63:0] ^ half_hash_q};
    round_q       <= half_q;
  end

  // Each state is finished.
  sip_finish u_finish (.clk_i, .state_i(round_state_q), .place_o, .tag_o);

  localparam int FINISH = siphash_pkg::FINISH_CLOCKS;

  dns_pkg::lookup_t  late;
  logic [FINISH-1:0] late_valid_q;

  always_ff @(posedge clk_i) begin
    late_valid_q <= rst_ni ? {late_valid_q[FINISH-2:0], valid_q[5]} : '0;
  end
  delay_line #(.W(dns_pkg::LOOKUP_W), .N(FINISH)) u_lookup (
    .clk_i, .rst_ni, .data_i({valid_q[5], round_q.slot, round_q.count == 4'd1}), .data_o(late));

  always_comb begin
    lookup_o       = late;
    lookup_o.valid = late_valid_q[FINISH-1];
  end

endmodule
