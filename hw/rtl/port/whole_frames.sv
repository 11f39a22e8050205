// Holds frames until all of their beats are in, so that who sends them on never has to pause inside
// one, which an Ethernet MAC cannot. A frame that does not fit is let go when the buffer is full,
// as it would block it for ever; the MAC marks it as broken if it then has to pause.
module whole_frames #(
  parameter int W     = 32,
  parameter int DEPTH = 256  // beats, a power of two
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         valid_i,
  output logic         ready_o,
  input  logic         last_i,
  input  logic [W-1:0] data_i,

  output logic         valid_o,
  input  logic         ready_i,
  output logic         last_o,
  output logic [W-1:0] data_o
);

  localparam int CW = $clog2(DEPTH) + 2;

  logic          stored_valid;
  logic [CW-1:0] whole_q;  // frames that are in with all of their beats
  logic          open_q;   // inside a frame that is let go

  fifo #(.W(W + 1), .DEPTH(DEPTH)) u_beats (
    .clk_i, .rst_ni, .valid_i, .ready_o, .data_i({last_i, data_i}), .valid_o(stored_valid),
    .ready_i(valid_o && ready_i), .data_o({last_o, data_o}), .stored_o());

  assign valid_o = stored_valid && (open_q || whole_q != '0 || !ready_o);

  wire logic enters = valid_i && ready_o && last_i;
  wire logic leaves = valid_o && ready_i && last_o;

  always_ff @(posedge clk_i) begin
    whole_q <= whole_q + CW'(enters) - CW'(leaves);
    if (valid_o && ready_i) open_q <= !last_o;
    if (!rst_ni) begin
      whole_q <= '0;
      open_q  <= 1'b0;
    end
  end

endmodule
