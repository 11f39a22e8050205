// Joins each frame in the store with its verdict: sends it on, sends its SYN-ACK back, does both or
// drops it, a beat a clock. A beat starts only if there is room for it at the end of all its ways.
module frame_egress (
  input  logic                            clk_i,
  input  logic                            rst_ni,

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
  output logic                            on_last_o,
  output logic [6:0]                      on_bytes_o,
  output logic                            back_enter_o,  // a beat starts towards the wire
  output logic                            back_last_o,
  output logic [6:0]                      back_bytes_o,
  output logic                            first_o,
  output logic [1:0]                      index_o,       // of the beat; 3 stands for all later ones
  output logic [frame_pkg::BEAT_BITS-1:0] data_o
);

  logic       open_q;   // inside a frame
  logic [1:0] index_q;

  logic on_sends;
  logic back_sends;

  wire logic there = store_valid_i && verdict_valid_i;
  wire logic may   = (!on_sends || on_room_i) && (!back_sends || back_room_i);
  wire logic take  = there && may;

  frame_cut u_on (
    .clk_i, .open_i(open_q), .wanted_i(verdict_i.on), .length_i(verdict_i.on_length),
    .take_i(take), .sends_o(on_sends), .last_o(on_last_o), .bytes_o(on_bytes_o));
  frame_cut u_back (
    .clk_i, .open_i(open_q), .wanted_i(verdict_i.back), .length_i(verdict_i.back_length),
    .take_i(take), .sends_o(back_sends), .last_o(back_last_o), .bytes_o(back_bytes_o));

  assign store_ready_o   = take;
  assign verdict_ready_o = take && store_last_i;

  assign on_enter_o   = take && on_sends;
  assign back_enter_o = take && back_sends;
  assign first_o      = !open_q;
  assign index_o      = open_q ? index_q : 2'd0;
  assign data_o       = store_data_i;

  always_ff @(posedge clk_i) begin
    if (take) begin
      open_q  <= !store_last_i;
      index_q <= index_o + 2'(index_o != 2'd3);
    end
    if (!rst_ni) open_q <= 1'b0;
  end

endmodule
