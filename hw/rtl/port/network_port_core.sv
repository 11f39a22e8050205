// A network port between its MAC, which has a clock of its own, and the kernels: everything of it
// but the MAC and the registers.
//
//   MAC rx > whole-packet drop > | clocks > frames
//   MAC tx < whole frames <------| clocks < transmit < host's frames, SYN-ACKs
module network_port_core #(
  parameter int RECEIVE_BEATS  = 512,
  parameter int TRANSMIT_BEATS = 256,
  parameter int ANSWER_BEATS   = 256
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,
  input  logic                            mac_clk_i,
  input  logic                            mac_rst_ni,

  // From the MAC, which cannot wait. TUSER with the last beat: received with an error.
  input  logic                            rx_tvalid_i,
  input  logic [frame_pkg::BEAT_BITS-1:0] rx_tdata_i,
  input  logic [63:0]                     rx_tkeep_i,
  input  logic                            rx_tlast_i,
  input  logic                            rx_tuser_i,

  output logic                            frames_tvalid_o,
  input  logic                            frames_tready_i,
  output logic [frame_pkg::BEAT_BITS-1:0] frames_tdata_o,
  output logic [63:0]                     frames_tkeep_o,
  output logic                            frames_tlast_o,

  input  logic                            host_tvalid_i,
  output logic                            host_tready_o,
  input  logic [frame_pkg::BEAT_BITS-1:0] host_tdata_i,
  input  logic [63:0]                     host_tkeep_i,
  input  logic                            host_tlast_i,

  input  logic                            back_tvalid_i,
  output logic                            back_tready_o,
  input  logic [frame_pkg::BEAT_BITS-1:0] back_tdata_i,
  input  logic [63:0]                     back_tkeep_i,
  input  logic                            back_tlast_i,

  // To the MAC: no pause inside a frame.
  output logic                            tx_tvalid_o,
  input  logic                            tx_tready_i,
  output logic [frame_pkg::BEAT_BITS-1:0] tx_tdata_o,
  output logic [63:0]                     tx_tkeep_o,
  output logic                            tx_tlast_o,

  // For the counters.
  output logic                            received_o,
  output logic [3:0]                      receive_errors_o,
  output logic [3:0]                      receive_drops_o,
  output logic                            sent_o,
  output logic                            answer_drop_o
);

  localparam int W         = frame_pkg::BEAT_BITS + 64;
  localparam int MAX_BEATS = 150;  // 9,600 bytes
  localparam int CDC_BEATS = 32;

  if (RECEIVE_BEATS < MAX_BEATS || TRANSMIT_BEATS < MAX_BEATS) begin : g_check
    $fatal(1, "network_port_core: the longest frame does not fit");
  end

  // In.
  logic         whole_valid;
  logic         whole_ready;
  logic         whole_last;
  logic [W-1:0] whole_data;
  logic         drop_full;
  logic         drop_error;

  packet_drop_fifo #(.W(W), .DEPTH(RECEIVE_BEATS)) u_receive (
    .clk_i(mac_clk_i), .rst_ni(mac_rst_ni), .valid_i(rx_tvalid_i), .last_i(rx_tlast_i),
    .error_i(rx_tuser_i), .data_i({rx_tkeep_i, rx_tdata_i}), .valid_o(whole_valid),
    .ready_i(whole_ready), .last_o(whole_last), .data_o(whole_data), .drop_full_o(drop_full),
    .drop_error_o(drop_error));

  cdc_fifo #(.W(W + 1), .DEPTH(CDC_BEATS)) u_receive_cdc (
    .in_clk_i(mac_clk_i), .in_rst_ni(mac_rst_ni), .valid_i(whole_valid), .ready_o(whole_ready),
    .data_i({whole_last, whole_data}), .out_clk_i(clk_i), .out_rst_ni(rst_ni),
    .valid_o(frames_tvalid_o), .ready_i(frames_tready_i),
    .data_o({frames_tlast_o, frames_tkeep_o, frames_tdata_o}));

  cdc_count #(.W(4)) u_errors (
    .in_clk_i(mac_clk_i), .in_rst_ni(mac_rst_ni), .event_i(drop_error), .out_clk_i(clk_i),
    .out_rst_ni(rst_ni), .step_o(receive_errors_o));
  cdc_count #(.W(4)) u_drops (
    .in_clk_i(mac_clk_i), .in_rst_ni(mac_rst_ni), .event_i(drop_full), .out_clk_i(clk_i),
    .out_rst_ni(rst_ni), .step_o(receive_drops_o));

  assign received_o = frames_tvalid_o && frames_tready_i && frames_tlast_o;

  // Out.
  logic                            merged_valid;
  logic                            merged_ready;
  logic                            merged_last;
  logic [63:0]                     merged_keep;
  logic [frame_pkg::BEAT_BITS-1:0] merged_data;

  assign back_tready_o = 1'b1;

  port_transmit #(.ANSWER_BEATS(ANSWER_BEATS)) u_transmit (
    .clk_i, .rst_ni, .host_tvalid_i, .host_tready_o, .host_tdata_i, .host_tkeep_i, .host_tlast_i,
    .back_tvalid_i, .back_tdata_i, .back_tkeep_i, .back_tlast_i, .valid_o(merged_valid),
    .ready_i(merged_ready), .data_o(merged_data), .keep_o(merged_keep), .last_o(merged_last),
    .drop_o(answer_drop_o));

  logic         crossed_valid;
  logic         crossed_ready;
  logic         crossed_last;
  logic [W-1:0] crossed_data;

  cdc_fifo #(.W(W + 1), .DEPTH(CDC_BEATS)) u_transmit_cdc (
    .in_clk_i(clk_i), .in_rst_ni(rst_ni), .valid_i(merged_valid), .ready_o(merged_ready),
    .data_i({merged_last, merged_keep, merged_data}), .out_clk_i(mac_clk_i),
    .out_rst_ni(mac_rst_ni), .valid_o(crossed_valid), .ready_i(crossed_ready),
    .data_o({crossed_last, crossed_data}));

  whole_frames #(.W(W), .DEPTH(TRANSMIT_BEATS)) u_whole (
    .clk_i(mac_clk_i), .rst_ni(mac_rst_ni), .valid_i(crossed_valid), .ready_o(crossed_ready),
    .last_i(crossed_last), .data_i(crossed_data), .valid_o(tx_tvalid_o), .ready_i(tx_tready_i),
    .last_o(tx_tlast_o), .data_o({tx_tkeep_o, tx_tdata_o}));

  assign sent_o = merged_valid && merged_ready && merged_last;

endmodule
