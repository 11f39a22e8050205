// What goes out of a network port: the host's frames and the SYN-ACKs of the SYN cookie kernel, in
// turn, each frame whole. SYN-ACKs never hold up the kernel that makes them: those that find no
// room are dropped, and their clients ask again. The host's frames wait.
module port_transmit #(
  parameter int ANSWER_BEATS = 256
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,

  input  logic                            host_tvalid_i,
  output logic                            host_tready_o,
  input  logic [frame_pkg::BEAT_BITS-1:0] host_tdata_i,
  input  logic [63:0]                     host_tkeep_i,
  input  logic                            host_tlast_i,

  input  logic                            back_tvalid_i,  // always taken
  input  logic [frame_pkg::BEAT_BITS-1:0] back_tdata_i,
  input  logic [63:0]                     back_tkeep_i,
  input  logic                            back_tlast_i,

  output logic                            valid_o,
  input  logic                            ready_i,
  output logic [frame_pkg::BEAT_BITS-1:0] data_o,
  output logic [63:0]                     keep_o,
  output logic                            last_o,

  output logic                            drop_o  // a SYN-ACK has found no room
);

  localparam int BITS = frame_pkg::BEAT_BITS;

  // Without FCS (IEEE 802.3, clause 3.2.8); the MAC does not fill frames up.
  localparam int MIN_FRAME_BYTES = 60;

  logic            answer_valid;
  logic            answer_ready;
  logic            answer_last;
  logic [BITS-1:0] answer_data;
  logic [63:0]     answer_keep;

  packet_drop_fifo #(.W(BITS + 64), .DEPTH(ANSWER_BEATS)) u_answers (
    .clk_i, .rst_ni, .valid_i(back_tvalid_i), .last_i(back_tlast_i), .error_i(1'b0),
    .data_i({back_tkeep_i, back_tdata_i}), .valid_o(answer_valid), .ready_i(answer_ready),
    .last_o(answer_last), .data_o({answer_keep, answer_data}), .drop_full_o(drop_o),
    .drop_error_o());

  logic [1:0] grant;
  logic       ready;
  logic       inside_q;  // a frame

  wire logic valid = grant[1] ? answer_valid : grant[0] && host_tvalid_i;
  wire logic last  = grant[1] ? answer_last : host_tlast_i;
  wire logic done  = valid && ready && last;

  assign answer_ready  = grant[1] && ready;
  assign host_tready_o = grant[0] && ready;

  rr_arbiter #(.N(2)) u_arbiter (
    .clk_i, .rst_ni, .request_i({answer_valid, host_tvalid_i}), .done_i(done), .grant_o(grant));

  // A short frame is filled up with zeros.
  wire logic [BITS-1:0] data   = grant[1] ? answer_data : host_tdata_i;
  wire logic [63:0]     keep   = grant[1] ? answer_keep : host_tkeep_i;
  wire logic            fill   = !inside_q && last;
  wire logic [63:0]     filled = fill ? keep | ((64'd1 << MIN_FRAME_BYTES) - 64'd1) : keep;

  logic [BITS-1:0] clean;
  always_comb begin
    for (int i = 0; i < 64; i++) clean[8*i +: 8] = keep[i] ? data[8*i +: 8] : 8'd0;
  end

  always_ff @(posedge clk_i) begin
    if (valid && ready) inside_q <= !last;
    if (!rst_ni) inside_q <= 1'b0;
  end

  skid_buffer #(.W(BITS + 65)) u_out (
    .clk_i, .rst_ni, .valid_i(valid), .ready_o(ready), .data_i({last, filled, clean}),
    .valid_o, .ready_i, .data_o({last_o, keep_o, data_o}));

endmodule
