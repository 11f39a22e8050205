// A 100 Gbit/s network port of a card, as it is packaged: the card's hard Ethernet MAC (CMAC, AMD
// PG203) with its transceivers, and what stands between it and the kernels. Port names are those
// that Vitis expects. docs/hw/network-port.md says how it works.
module network_port (
  input  logic         ap_clk,
  input  logic         ap_rst_n,

  // The cage: four lanes, their reference clock, and a clock that runs from the start.
  input  logic         gt_refclk_p,
  input  logic         gt_refclk_n,
  input  logic         clk_gt_freerun,
  input  logic [3:0]   gt_rxp_in,
  input  logic [3:0]   gt_rxn_in,
  output logic [3:0]   gt_txp_out,
  output logic [3:0]   gt_txn_out,

  input  logic         s_axi_control_awvalid,
  output logic         s_axi_control_awready,
  input  logic [11:0]  s_axi_control_awaddr,
  input  logic         s_axi_control_wvalid,
  output logic         s_axi_control_wready,
  input  logic [31:0]  s_axi_control_wdata,
  input  logic [3:0]   s_axi_control_wstrb,
  output logic         s_axi_control_bvalid,
  input  logic         s_axi_control_bready,
  output logic [1:0]   s_axi_control_bresp,
  input  logic         s_axi_control_arvalid,
  output logic         s_axi_control_arready,
  input  logic [11:0]  s_axi_control_araddr,
  output logic         s_axi_control_rvalid,
  input  logic         s_axi_control_rready,
  output logic [31:0]  s_axi_control_rdata,
  output logic [1:0]   s_axi_control_rresp,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [511:0] m_axis_tdata,
  output logic [63:0]  m_axis_tkeep,
  output logic         m_axis_tlast,

  input  logic         s_axis_host_tvalid,
  output logic         s_axis_host_tready,
  input  logic [511:0] s_axis_host_tdata,
  input  logic [63:0]  s_axis_host_tkeep,
  input  logic         s_axis_host_tlast,

  input  logic         s_axis_back_tvalid,
  output logic         s_axis_back_tready,
  input  logic [511:0] s_axis_back_tdata,
  input  logic [63:0]  s_axis_back_tkeep,
  input  logic         s_axis_back_tlast
);

  // Registers.
  logic         write;
  logic [11:0]  write_address;
  logic [31:0]  write_data;
  logic [11:0]  read_address;
  logic [31:0]  read_data;
  logic         counters_busy;

  axil_slave #(.ADDRESS_W(12)) u_axil (
    .clk_i(ap_clk), .rst_ni(ap_rst_n),
    .awvalid_i(s_axi_control_awvalid), .awready_o(s_axi_control_awready),
    .awaddr_i(s_axi_control_awaddr), .wvalid_i(s_axi_control_wvalid),
    .wready_o(s_axi_control_wready), .wdata_i(s_axi_control_wdata),
    .wstrb_i(s_axi_control_wstrb), .bvalid_o(s_axi_control_bvalid),
    .bready_i(s_axi_control_bready), .bresp_o(s_axi_control_bresp),
    .arvalid_i(s_axi_control_arvalid), .arready_o(s_axi_control_arready),
    .araddr_i(s_axi_control_araddr), .rvalid_o(s_axi_control_rvalid),
    .rready_i(s_axi_control_rready), .rdata_o(s_axi_control_rdata),
    .rresp_o(s_axi_control_rresp), .stall_i(counters_busy), .write_o(write),
    .write_address_o(write_address), .write_data_o(write_data), .read_address_o(read_address),
    .read_data_i(read_data));

  logic        snapshot;
  logic [2:0]  counter_select;
  logic [63:0] counter_value;

  (* async_reg = "true" *) logic aligned_meta_q;
  (* async_reg = "true" *) logic aligned_q;

  network_port_regs u_regs (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .write_i(write), .write_address_i(write_address),
    .write_data_i(write_data), .read_address_i(read_address), .read_data_o(read_data),
    .status_i({31'd0, aligned_q}), .snapshot_o(snapshot), .snapshot_value_o(),
    .counter_select_o(counter_select), .counter_value_i(counter_value));

  // The MAC. Both of its directions run on the transmitter's clock.
  logic         mac_clk;
  logic         aligned;
  logic         rx_tvalid;
  logic [511:0] rx_tdata;
  logic [63:0]  rx_tkeep;
  logic         rx_tlast;
  logic         rx_tuser;
  logic         tx_tvalid;
  logic         tx_tready;
  logic [511:0] tx_tdata;
  logic [63:0]  tx_tkeep;
  logic         tx_tlast;

  (* async_reg = "true" *) logic mac_rst_meta_q;
  (* async_reg = "true" *) logic mac_rst_q;
  logic                          send_q;

  always_ff @(posedge mac_clk) begin
    mac_rst_meta_q <= ap_rst_n;
    mac_rst_q      <= mac_rst_meta_q;
    // Until it receives, the MAC tells the other end so and sends nothing else (PG203).
    send_q         <= aligned;
  end

  always_ff @(posedge ap_clk) begin
    aligned_meta_q <= send_q;
    aligned_q      <= aligned_meta_q;
  end

  cmac_usplus_0 u_cmac (
    .gt_rxp_in, .gt_rxn_in, .gt_txp_out, .gt_txn_out, .gt_ref_clk_p(gt_refclk_p),
    .gt_ref_clk_n(gt_refclk_n), .init_clk(clk_gt_freerun), .sys_reset(!ap_rst_n),
    .gt_loopback_in(12'd0), .gtwiz_reset_tx_datapath(1'b0), .gtwiz_reset_rx_datapath(1'b0),
    .gt_txusrclk2(mac_clk), .rx_clk(mac_clk), .core_rx_reset(1'b0), .core_tx_reset(1'b0),
    .rx_axis_tvalid(rx_tvalid), .rx_axis_tdata(rx_tdata), .rx_axis_tkeep(rx_tkeep),
    .rx_axis_tlast(rx_tlast), .rx_axis_tuser(rx_tuser),
    .tx_axis_tvalid(tx_tvalid), .tx_axis_tready(tx_tready), .tx_axis_tdata(tx_tdata),
    .tx_axis_tkeep(tx_tkeep), .tx_axis_tlast(tx_tlast), .tx_axis_tuser(1'b0),
    .tx_preamblein(56'd0), .stat_rx_aligned(aligned),
    .ctl_rx_enable(1'b1), .ctl_rx_force_resync(1'b0), .ctl_rx_test_pattern(1'b0),
    .ctl_tx_enable(send_q), .ctl_tx_send_rfi(!send_q), .ctl_tx_send_lfi(1'b0),
    .ctl_tx_send_idle(1'b0), .ctl_tx_test_pattern(1'b0),
    .ctl_rsfec_ieee_error_indication_mode(1'b0), .ctl_rx_rsfec_enable(1'b1),
    .ctl_rx_rsfec_enable_correction(1'b1), .ctl_rx_rsfec_enable_indication(1'b1),
    .ctl_tx_rsfec_enable(1'b1),
    .core_drp_reset(1'b0), .drp_clk(1'b0), .drp_addr(10'd0), .drp_di(16'd0), .drp_en(1'b0),
    .drp_we(1'b0));

  // Everything else.
  logic       received;
  logic [3:0] receive_errors;
  logic [3:0] receive_drops;
  logic       sent;
  logic       answer_drop;

  network_port_core u_core (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .mac_clk_i(mac_clk), .mac_rst_ni(mac_rst_q),
    .rx_tvalid_i(rx_tvalid), .rx_tdata_i(rx_tdata), .rx_tkeep_i(rx_tkeep), .rx_tlast_i(rx_tlast),
    .rx_tuser_i(rx_tuser),
    .frames_tvalid_o(m_axis_tvalid), .frames_tready_i(m_axis_tready),
    .frames_tdata_o(m_axis_tdata), .frames_tkeep_o(m_axis_tkeep), .frames_tlast_o(m_axis_tlast),
    .host_tvalid_i(s_axis_host_tvalid), .host_tready_o(s_axis_host_tready),
    .host_tdata_i(s_axis_host_tdata), .host_tkeep_i(s_axis_host_tkeep),
    .host_tlast_i(s_axis_host_tlast),
    .back_tvalid_i(s_axis_back_tvalid), .back_tready_o(s_axis_back_tready),
    .back_tdata_i(s_axis_back_tdata), .back_tkeep_i(s_axis_back_tkeep),
    .back_tlast_i(s_axis_back_tlast),
    .tx_tvalid_o(tx_tvalid), .tx_tready_i(tx_tready), .tx_tdata_o(tx_tdata),
    .tx_tkeep_o(tx_tkeep), .tx_tlast_o(tx_tlast),
    .received_o(received), .receive_errors_o(receive_errors), .receive_drops_o(receive_drops),
    .sent_o(sent), .answer_drop_o(answer_drop));

  // Counters, in the order of the register description.
  localparam int N = network_port_regs_pkg::COUNTER_COUNT;
  localparam int W = network_port_regs_pkg::COUNTER_STEP_W;

  logic [N*W-1:0] step;
  always_comb begin
    step = '0;
    step[W*network_port_regs_pkg::COUNTER_RECEIVED_FRAMES]     = received;
    step[W*network_port_regs_pkg::COUNTER_RECEIVE_ERROR +: W]  = receive_errors;
    step[W*network_port_regs_pkg::COUNTER_RECEIVE_FULL +: W]   = receive_drops;
    step[W*network_port_regs_pkg::COUNTER_SENT_FRAMES]         = sent;
    step[W*network_port_regs_pkg::COUNTER_ANSWER_FULL]         = answer_drop;
  end

  counters #(.N(N), .STEP_W(W)) u_counters (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .step_i(step), .snapshot_i(snapshot),
    .busy_o(counters_busy), .select_i(counter_select), .value_o(counter_value));

endmodule
