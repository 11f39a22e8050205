// How much of each beat of a frame leaves on one of its ways: a frame is sent up to a length, which
// is not 0, and what lies behind that is left out.
module frame_cut (
  input  logic                           clk_i,

  input  logic                           open_i,    // the beat is not the frame's first
  input  logic                           wanted_i,  // the frame goes this way
  input  logic [frame_pkg::LENGTH_W-1:0] length_i,
  input  logic                           take_i,    // the next beat follows

  output logic                           sends_o,   // the beat goes this way
  output logic                           last_o,    // and ends the frame here
  output logic [6:0]                     bytes_o
);

  localparam int W = frame_pkg::LENGTH_W;

  logic [W-1:0] left_q;
  logic         more_q;  // it is not 0, known early

  wire logic [W-1:0] left = open_i ? left_q : length_i;
  wire logic         full = left >= W'(frame_pkg::BEAT_BYTES);

  assign sends_o = wanted_i && (!open_i || more_q);
  assign last_o  = left <= W'(frame_pkg::BEAT_BYTES);
  assign bytes_o = full ? 7'd64 : left[6:0];

  always_ff @(posedge clk_i) begin
    if (take_i) begin
      left_q <= full ? left - W'(frame_pkg::BEAT_BYTES) : '0;
      more_q <= !last_o;
    end
  end

endmodule
