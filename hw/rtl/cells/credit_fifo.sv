// Egress of a pipeline that cannot be stalled. Whoever feeds the pipeline asks `room_o` first and
// says `enter_i` for every word that goes in; the word comes out of the pipeline here, at any later
// time, and always finds its place: a credit is taken on entry and given back when the word leaves.
module credit_fifo #(
  parameter int W     = 32,
  parameter int DEPTH = 16
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  output logic         room_o,   // one more word may enter the pipeline
  input  logic         enter_i,  // a word enters the pipeline in this clock

  input  logic         valid_i,  // a word leaves the pipeline in this clock
  input  logic [W-1:0] data_i,

  output logic         valid_o,
  input  logic         ready_i,
  output logic [W-1:0] data_o
);

  localparam int CW = $clog2(DEPTH) + 1;

  logic [CW-1:0] taken_q;  // words in the pipeline and here
  logic          room_q;

  // Only the properties look at these: the credits make `ready` certain.
  logic          ready;
  logic [CW-1:0] stored;

  wire logic leave = valid_o && ready_i;

  assign room_o = room_q;

  // The answer is a register of its own: it is worked out one clock ahead, and in a way in which
  // what enters, the last to be known, has little to pass.
  wire logic none_left = taken_q == CW'(DEPTH);
  wire logic one_left  = taken_q == CW'(DEPTH - 1);

  always_ff @(posedge clk_i) begin
    if (enter_i && !leave) taken_q <= taken_q + 1'b1;
    if (!enter_i && leave) taken_q <= taken_q - 1'b1;
    room_q <= leave || !(none_left || (one_left && enter_i));
    if (!rst_ni) begin
      taken_q <= '0;
      room_q  <= 1'b0;
    end
  end

  fifo #(.W(W), .DEPTH(DEPTH)) u_fifo (
    .clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .valid_o, .ready_i, .data_o,
    .stored_o(stored));

`ifdef PROVE_CREDIT_FIFO
  credit_fifo_props #(.DEPTH(DEPTH), .CW(CW)) u_props (
    .clk_i, .rst_ni, .room_o, .enter_i, .valid_i, .valid_o, .fifo_ready_i(ready),
    .taken_q, .stored_i(stored));
`endif

endmodule
