// The ports of the card's Ethernet MAC as network_port connects them (AMD PG203, AXI4-Stream,
// without its AXI4-Lite port, with RS-FEC), so that the connections can be checked without the IP.
// Vivado has the module itself: this file is not given to it.
/* verilator lint_off UNDRIVEN */
(* blackbox *)
module cmac_usplus_0 (
  input  logic [3:0]   gt_rxp_in,
  input  logic [3:0]   gt_rxn_in,
  output logic [3:0]   gt_txp_out,
  output logic [3:0]   gt_txn_out,
  input  logic         gt_ref_clk_p,
  input  logic         gt_ref_clk_n,
  input  logic         init_clk,
  input  logic         sys_reset,
  input  logic [11:0]  gt_loopback_in,
  input  logic         gtwiz_reset_tx_datapath,
  input  logic         gtwiz_reset_rx_datapath,
  output logic         gt_txusrclk2,
  input  logic         rx_clk,
  input  logic         core_rx_reset,
  input  logic         core_tx_reset,

  output logic         rx_axis_tvalid,
  output logic [511:0] rx_axis_tdata,
  output logic [63:0]  rx_axis_tkeep,
  output logic         rx_axis_tlast,
  output logic         rx_axis_tuser,

  input  logic         tx_axis_tvalid,
  output logic         tx_axis_tready,
  input  logic [511:0] tx_axis_tdata,
  input  logic [63:0]  tx_axis_tkeep,
  input  logic         tx_axis_tlast,
  input  logic         tx_axis_tuser,
  input  logic [55:0]  tx_preamblein,

  output logic         stat_rx_aligned,
  input  logic         ctl_rx_enable,
  input  logic         ctl_rx_force_resync,
  input  logic         ctl_rx_test_pattern,
  input  logic         ctl_tx_enable,
  input  logic         ctl_tx_send_rfi,
  input  logic         ctl_tx_send_lfi,
  input  logic         ctl_tx_send_idle,
  input  logic         ctl_tx_test_pattern,
  input  logic         ctl_rsfec_ieee_error_indication_mode,
  input  logic         ctl_rx_rsfec_enable,
  input  logic         ctl_rx_rsfec_enable_correction,
  input  logic         ctl_rx_rsfec_enable_indication,
  input  logic         ctl_tx_rsfec_enable,

  input  logic         core_drp_reset,
  input  logic         drp_clk,
  input  logic [9:0]   drp_addr,
  input  logic [15:0]  drp_di,
  input  logic         drp_en,
  input  logic         drp_we
);
endmodule
