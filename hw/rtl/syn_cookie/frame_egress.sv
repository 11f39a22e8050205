// Joins each frame in the store with its verdict: sends it on, sends its SYN-ACK back, or drops it,
// a beat a clock. A beat starts on its way only if there is room for it at the way's end.
module frame_egress (
  input  logic                            clk_i,
  input  logic                            rst_ni,

  input  logic                            back_joins_i,  // SYN-ACKs go the way of all others

  input  logic                            store_valid_i,
  output logic                            store_ready_o,
  input  logic [frame_pkg::BEAT_BITS-1:0] store_data_i,
  input  logic                            store_last_i,

  input  logic                            verdict_valid_i,
  output logic                            verdict_ready_o,
  input  syn_cookie_pkg::verdict_t        verdict_i,

  input  logic                            on_room_i,
  input  logic                            back_room_i,

  output logic                            on_enter_o,    // a beat starts towards the host
  output logic                            back_enter_o,  // a beat starts towards the wire
  output logic                            first_o,
  output logic                            last_o,
  output logic [6:0]                      bytes_o,
  output logic [1:0]                      index_o,       // of the beat; 3 stands for all later ones
  output logic [frame_pkg::BEAT_BITS-1:0] data_o
);

  logic                           open_q;   // inside a frame
  logic [1:0]                     index_q;
  logic [frame_pkg::LENGTH_W-1:0] left_q;   // bytes of it still to send

  wire logic [frame_pkg::LENGTH_W-1:0] left = open_q ? left_q : verdict_i.length;

  wire logic there   = store_valid_i && verdict_valid_i;
  wire logic sends   = !verdict_i.drop && left != '0;
  wire logic is_back = verdict_i.back && !back_joins_i;
  wire logic may     = !sends || (is_back ? back_room_i : on_room_i);
  wire logic take    = there && may;
  wire logic full    = left >= frame_pkg::LENGTH_W'(frame_pkg::BEAT_BYTES);

  assign store_ready_o   = take;
  assign verdict_ready_o = take && store_last_i;

  assign on_enter_o   = take && sends && !is_back;
  assign back_enter_o = take && sends && is_back;
  assign first_o      = !open_q;
  assign last_o       = left <= frame_pkg::LENGTH_W'(frame_pkg::BEAT_BYTES);
  assign bytes_o      = full ? 7'd64 : left[6:0];
  assign index_o      = open_q ? index_q : 2'd0;
  assign data_o       = store_data_i;

  always_ff @(posedge clk_i) begin
    if (take) begin
      open_q  <= !store_last_i;
      index_q <= index_o + 2'(index_o != 2'd3);
      left_q  <= full ? left - frame_pkg::LENGTH_W'(frame_pkg::BEAT_BYTES) : '0;
    end
    if (!rst_ni) open_q <= 1'b0;
  end

endmodule
