// The DNS suffix kernel without its registers. Frames wait in a store, in their order, until it is
// known what their names end in.
//
//   bus > ingress +> store -----------------------------------------------------> egress > bus
//                 +> record > locate UDP > scan name > fold suffixes > table > verdicts ^
module dns_suffix_core #(
  parameter int ROW_BITS    = 18,
  parameter int STORE_BEATS = 512
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,

  input  logic                            enable_i,
  input  logic [127:0]                    key_i,
  input  dns_pkg::row_write_t             row_write_i,

  input  logic                            tvalid_i,
  output logic                            tready_o,
  input  logic [frame_pkg::BEAT_BITS-1:0] tdata_i,
  input  logic [63:0]                     tkeep_i,
  input  logic                            tlast_i,

  output logic                            tvalid_o,
  input  logic                            tready_i,
  output logic [frame_pkg::BEAT_BITS-1:0] tdata_o,
  output logic [63:0]                     tkeep_o,
  output logic                            tlast_o,

  output dns_pkg::events_t                events_o
);

  localparam int BEAT_BITS = frame_pkg::BEAT_BITS;
  localparam int SLOT_W    = dns_pkg::SLOT_W;

  // The verdict needs a frame's first beats, so all of these have to fit.
  if (STORE_BEATS < 2 * dns_pkg::PEEK_BEATS) begin : g_check
    $fatal(1, "dns_suffix_core: the store is too small for what is kept of a frame");
  end

  // Ingress.
  logic                              store_ready;
  logic                              release_slot;
  logic                              beat_valid;
  logic [BEAT_BITS-1:0]              beat_data;
  logic [63:0]                       beat_keep;
  logic                              beat_last;
  logic                              begins;
  logic [SLOT_W-1:0]                 slot;
  logic                              peek_write;
  logic [2:0]                        peek_beat;
  logic                              record_valid;
  logic [SLOT_W-1:0]                 record_slot;
  logic [127:0]                      record_mark;
  logic [frame_pkg::WINDOW_BITS-1:0] record_window;

  dns_ingress u_ingress (
    .clk_i, .rst_ni, .tvalid_i, .tready_o, .tdata_i, .tkeep_i, .tlast_i,
    .store_ready_i(store_ready), .release_i(release_slot), .valid_o(beat_valid),
    .data_o(beat_data), .keep_o(beat_keep), .last_o(beat_last), .begin_o(begins), .slot_o(slot),
    .peek_write_o(peek_write), .peek_beat_o(peek_beat), .record_valid_o(record_valid),
    .record_slot_o(record_slot), .record_mark_o(record_mark), .record_window_o(record_window));

  // The store.
  logic                 stored_valid;
  logic                 stored_ready;
  logic [BEAT_BITS-1:0] stored_data;
  logic [63:0]          stored_keep;
  logic                 stored_last;

  fifo #(.W(BEAT_BITS + 65), .DEPTH(STORE_BEATS)) u_store (
    .clk_i, .rst_ni, .valid_i(beat_valid), .ready_o(store_ready),
    .data_i({beat_data, beat_keep, beat_last}), .valid_o(stored_valid), .ready_i(stored_ready),
    .data_o({stored_data, stored_keep, stored_last}), .stored_o());

  // The datagram.
  logic                        located;
  logic [SLOT_W-1:0]           located_slot;
  logic                        unmarked;
  logic                        udp;
  logic [dns_pkg::PLACE_W-1:0] udp_at;
  logic [13:0]                 udp_length;

  udp_locate u_locate (
    .clk_i, .rst_ni, .enable_i, .valid_i(record_valid), .slot_i(record_slot),
    .mark_i(record_mark), .window_i(record_window), .valid_o(located), .slot_o(located_slot),
    .unmarked_o(unmarked), .udp_o(udp), .at_o(udp_at), .length_o(udp_length));

  // The name.
  logic [1:0]                    label_valid;
  logic [2*SLOT_W-1:0]           label_slot;
  logic [2*dns_pkg::LABEL_W-1:0] label_place;
  logic [127:0]                  label_hash;
  logic                          name_valid;
  dns_pkg::labels_t              name;
  logic                          none_valid;
  logic                          question;
  logic                          question_invalid;

  name_lanes u_lanes (
    .clk_i, .rst_ni, .key_i, .write_i(peek_write), .write_slot_i(slot),
    .write_beat_i(peek_beat), .write_data_i(beat_data), .valid_i(udp), .slot_i(located_slot),
    .at_i(udp_at), .length_i(udp_length), .label_valid_o(label_valid), .label_slot_o(label_slot),
    .label_place_o(label_place), .label_hash_o(label_hash), .name_valid_o(name_valid),
    .name_o(name), .none_valid_o(none_valid), .question_o(question),
    .invalid_o(question_invalid));

  // Its suffixes.
  dns_pkg::lookup_t lookup;
  logic [63:0]      lookup_place;
  logic [63:0]      lookup_tag;

  suffix_fold u_fold (
    .clk_i, .rst_ni, .key_i, .label_valid_i(label_valid), .label_slot_i(label_slot),
    .label_place_i(label_place), .label_hash_i(label_hash), .name_valid_i(name_valid),
    .name_i(name), .lookup_o(lookup), .place_o(lookup_place), .tag_o(lookup_tag));

  dns_pkg::lookup_t            found;
  logic                        hit;
  logic [dns_pkg::VALUE_W-1:0] value;

  suffix_table #(.ROW_BITS(ROW_BITS)) u_table (
    .clk_i, .rst_ni, .write_i(row_write_i), .lookup_i(lookup), .place_i(lookup_place),
    .tag_i(lookup_tag), .lookup_o(found), .hit_o(hit), .value_o(value));

  // The verdict.
  logic                        verdict_valid;
  logic                        verdict_ready;
  logic                        verdict_matched;
  logic [dns_pkg::VALUE_W-1:0] verdict_value;

  suffix_verdicts u_verdicts (
    .clk_i, .rst_ni, .no_udp_i(located && !udp),
    .no_udp_slot_i(located_slot), .no_name_i(none_valid), .no_name_slot_i(name.slot),
    .lookup_i(found), .hit_i(hit), .value_i(value), .release_o(release_slot),
    .valid_o(verdict_valid), .ready_i(verdict_ready), .matched_o(verdict_matched),
    .value_o(verdict_value));

  // Egress.
  dns_egress u_egress (
    .clk_i, .rst_ni, .store_valid_i(stored_valid), .store_ready_o(stored_ready),
    .store_data_i(stored_data), .store_keep_i(stored_keep), .store_last_i(stored_last),
    .verdict_valid_i(verdict_valid), .verdict_ready_o(verdict_ready),
    .matched_i(verdict_matched), .value_i(verdict_value), .tvalid_o, .tready_i, .tdata_o,
    .tkeep_o, .tlast_o);

  always_ff @(posedge clk_i) begin
    events_o.received         <= rst_ni && begins;
    events_o.unmarked         <= rst_ni && unmarked;
    events_o.question         <= rst_ni && question;
    events_o.question_invalid <= rst_ni && question_invalid;
    events_o.matched          <= rst_ni && verdict_valid && verdict_ready && verdict_matched;
  end

endmodule
