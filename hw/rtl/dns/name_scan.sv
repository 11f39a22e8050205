// Reads the names of questions of one lane (name_lanes) and hashes their labels. Names go round in a
// ring of eight clocks, each a step a round, so there is a step a clock: eight bytes
// of a label, hashed by SipHash-1-3. The hash of a label is finished outside of the ring.
//
//   > wait > [ choose > read, align (4) > step > half a > half b ] > name read
//                 ^__________________________________________|  \> finish > label hash
module name_scan (
  input  logic                            clk_i,
  input  logic                            rst_ni,

  input  logic [127:0]                    key_i,

  input  logic                            write_i,
  input  logic [dns_pkg::SLOT_W-1:0]      write_slot_i,
  input  logic [2:0]                      write_beat_i,
  input  logic [frame_pkg::BEAT_BITS-1:0] write_data_i,

  // A UDP datagram: where it stands among the kept beats, and its length. At most one of each slot
  // is inside.
  input  logic                            valid_i,
  input  logic [dns_pkg::SLOT_W-1:0]      slot_i,
  input  logic [dns_pkg::PLACE_W-1:0]     at_i,
  input  logic [13:0]                     length_i,

  output logic                            label_valid_o,
  output logic [dns_pkg::SLOT_W-1:0]      label_slot_o,
  output logic [dns_pkg::LABEL_W-1:0]     label_place_o,  // labels counted from the left, modulo
  output logic [63:0]                     label_hash_o,

  // After the last label's hash: a name with labels, or a datagram without, whose slot is in name_o.
  output logic                            name_valid_o,
  output dns_pkg::labels_t                name_o,
  output logic                            none_valid_o,
  output logic                            question_o,
  output logic                            invalid_o
);

  localparam int READ = 4;

  // Datagrams that wait for a place in the ring. There are no more of them than slots.
  logic                        wait_valid;
  logic                        wait_ready;
  logic [dns_pkg::SLOT_W-1:0]  wait_slot;
  logic [dns_pkg::PLACE_W-1:0] wait_at;
  logic [13:0]                 wait_length;

  fifo #(.W(dns_pkg::SLOT_W + dns_pkg::PLACE_W + 14), .DEPTH(dns_pkg::SLOTS)) u_wait (
    .clk_i, .rst_ni, .valid_i, .ready_o(), .data_i({slot_i, at_i, length_i}),
    .valid_o(wait_valid), .ready_i(wait_ready), .data_o({wait_slot, wait_at, wait_length}),
    .stored_o());

  // Choose: who is not done goes on, else the next one enters.
  dns_pkg::name_t round;       // at the end of the ring
  dns_pkg::name_t entering;
  dns_pkg::name_t chosen_q;
  logic           stays;
  logic [255:0]   state_q;     // of the label's hash, at the end of the ring
  logic [255:0]   chosen_state_q;

  always_comb begin
    entering       = '0;
    entering.valid = wait_valid;
    entering.slot  = wait_slot;
    entering.at    = wait_at;
    entering.rest  = wait_length;
  end
  assign wait_ready = !stays;

  always_ff @(posedge clk_i) begin
    chosen_q       <= stays ? round : entering;
    chosen_state_q <= state_q;
    if (!rst_ni) chosen_q.valid <= 1'b0;
  end

  // Read.
  logic [127:0]   bytes;
  dns_pkg::name_t read;
  logic           read_valid;
  logic [255:0]   read_state;
  logic [READ-1:0] read_valid_q;

  peek_memory u_peek (
    .clk_i, .write_i, .write_slot_i, .write_beat_i, .write_data_i, .slot_i(chosen_q.slot),
    .at_i(chosen_q.at), .bytes_o(bytes));
  delay_line #(.W(dns_pkg::NAME_W + 256), .N(READ)) u_read (
    .clk_i, .rst_ni, .data_i({chosen_q, chosen_state_q}), .data_o({read, read_state}));

  always_ff @(posedge clk_i) begin
    read_valid_q <= rst_ni ? {read_valid_q[READ-2:0], chosen_q.valid} : '0;
  end
  assign read_valid = read_valid_q[READ-1];

  // Step.
  dns_pkg::name_t reading;
  dns_pkg::name_t stepped;
  logic [63:0]    word;
  logic           hash;
  logic           first;
  logic           last;
  logic           ended;
  logic           question;
  logic           invalid;
  logic [255:0]   stepped_state_q;

  always_comb begin
    reading       = read;
    reading.valid = read_valid;
  end

  name_step u_step (
    .clk_i, .name_i(reading), .bytes_i(bytes), .name_o(stepped), .word_o(word), .hash_o(hash),
    .first_o(first), .last_o(last), .end_o(ended), .question_o(question), .invalid_o(invalid));
  always_ff @(posedge clk_i) stepped_state_q <= read_state;

  // The word into the hash: half a round each clock.
  wire logic [255:0] absorbing = first ? siphash_pkg::init(key_i) : stepped_state_q;

  logic [255:0]   half_q;
  logic [63:0]    half_word_q;
  dns_pkg::name_t half_name_q;
  dns_pkg::name_t round_q;
  logic [2:0]     half_end_q;
  logic [2:0]     end_q;
  logic           half_last_q;
  logic           last_q;

  wire logic [255:0] after = siphash_pkg::half_b(half_q);

  always_ff @(posedge clk_i) begin
    half_q      <= siphash_pkg::half_a({absorbing[255:192] ^ word, absorbing[191:0]});
    half_word_q <= word;
    half_name_q <= stepped;
    half_end_q  <= {ended, question, invalid};
    half_last_q <= hash && last;

    state_q <= {after[255:64], after[63:0] ^ half_word_q};
    round_q <= half_name_q;
    end_q   <= half_end_q;
    last_q  <= half_last_q;
    if (!rst_ni) begin
      half_name_q.valid <= 1'b0;
      half_end_q        <= '0;
      half_last_q       <= 1'b0;
      round_q.valid     <= 1'b0;
      end_q             <= '0;
      last_q            <= 1'b0;
    end
  end

  assign round = round_q;
  assign stays = round_q.valid && !end_q[2];

  // A label's hash, and later than the last one of them the name.
  localparam int FINISH = siphash_pkg::FINISH_CLOCKS;

  logic [63:0]       place;
  logic [63:0]       tag;
  logic [FINISH-1:0] label_line_q;
  logic [FINISH:0]   end_line_q;
  logic [FINISH:0]   question_line_q;
  logic [FINISH:0]   invalid_line_q;
  logic [dns_pkg::SLOT_W-1:0]  end_slot;
  logic [dns_pkg::LABEL_W-1:0] end_labels;
  logic                        end_many;

  sip_finish u_finish (.clk_i, .state_i(state_q), .place_o(place), .tag_o(tag));

  always_ff @(posedge clk_i) begin
    label_line_q    <= rst_ni ? {label_line_q[FINISH-2:0], last_q} : '0;
    end_line_q      <= rst_ni ? {end_line_q[FINISH-1:0], end_q[2]} : '0;
    question_line_q <= {question_line_q[FINISH-1:0], end_q[1]};
    invalid_line_q  <= {invalid_line_q[FINISH-1:0], end_q[0]};
  end

  // The label that was finished is the one before the next.
  delay_line #(.W(dns_pkg::SLOT_W + dns_pkg::LABEL_W), .N(FINISH)) u_label (
    .clk_i, .rst_ni, .data_i({round_q.slot, round_q.labels - 1'b1}),
    .data_o({label_slot_o, label_place_o}));
  delay_line #(.W(dns_pkg::SLOT_W + dns_pkg::LABEL_W + 1), .N(FINISH + 1)) u_end (
    .clk_i, .rst_ni, .data_i({round_q.slot, round_q.labels, round_q.many}),
    .data_o({end_slot, end_labels, end_many}));

  assign label_valid_o = label_line_q[FINISH-1];
  assign label_hash_o  = place ^ tag;

  wire logic ends       = end_line_q[FINISH];
  wire logic has_labels = question_line_q[FINISH] && (end_many || end_labels != '0);

  assign name_valid_o = ends && has_labels;
  assign none_valid_o = ends && !has_labels;
  assign question_o   = ends && question_line_q[FINISH];
  assign invalid_o    = ends && invalid_line_q[FINISH];

  always_comb begin
    name_o.lane   = 1'b0;  // name_lanes knows
    name_o.slot   = end_slot;
    name_o.count  = end_many ? 4'(dns_pkg::LABELS) : {1'b0, end_labels};
    name_o.newest = end_labels - 1'b1;
  end

endmodule
