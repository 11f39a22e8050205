// The SYN cookie kernel as it is packaged: three streams, one AXI4-Lite port, one clock. Port names
// are those that Vitis expects. docs/hw/syn-cookie.md says how it works.
module syn_cookie #(
  parameter int LEVELS         = 9,  // of the destination tree: 4^9 ranges
  parameter int SOURCE_LEVELS  = 5,
  parameter int PROFILE_BITS   = 12,
  parameter int REPORTS_PER_MS = 256  // of SYNs that were answered, to the host
) (
  input  logic         ap_clk,
  input  logic         ap_rst_n,

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

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [511:0] s_axis_tdata,
  input  logic [63:0]  s_axis_tkeep,
  input  logic         s_axis_tlast,
  input  logic         s_axis_tuser,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [511:0] m_axis_tdata,
  output logic [63:0]  m_axis_tkeep,
  output logic         m_axis_tlast,

  output logic         m_axis_back_tvalid,
  input  logic         m_axis_back_tready,
  output logic [511:0] m_axis_back_tdata,
  output logic [63:0]  m_axis_back_tkeep,
  output logic         m_axis_back_tlast
);

  if (LEVELS > 15 || SOURCE_LEVELS > 15 || PROFILE_BITS > 24) begin : g_check
    $fatal(1, "syn_cookie: a parameter is out of range");
  end

  // Registers.
  logic         write;
  logic [11:0]  write_address;
  logic [31:0]  write_data;
  logic [11:0]  read_address;
  logic [31:0]  read_data;
  logic         stall;

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
    .rresp_o(s_axi_control_rresp), .stall_i(stall), .write_o(write),
    .write_address_o(write_address), .write_data_o(write_data), .read_address_o(read_address),
    .read_data_i(read_data));

  logic [31:0]  control;
  logic [31:0]  clocks_per_ms;
  logic [31:0]  time_ms;
  logic         time_set;
  logic [31:0]  time_slot;
  logic [127:0] key;
  logic         key_set;
  logic [31:0]  key_select;
  logic         snapshot;
  logic         table_swap;
  logic         table_write;
  logic [31:0]  table_place;
  logic [383:0] table_data;
  logic [3:0]   counter_select;
  logic [63:0]  counter_value;
  logic         bank_q;
  logic         bank_busy;
  logic         counters_busy;

  syn_cookie_pkg::stamp_t now;
  logic                   host_there;

  syn_cookie_regs u_regs (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .write_i(write), .write_address_i(write_address),
    .write_data_i(write_data), .read_address_i(read_address), .read_data_o(read_data),
    .capabilities_i({19'd0, 5'(PROFILE_BITS), 4'(SOURCE_LEVELS), 4'(LEVELS)}),
    .control_o(control), .clocks_per_ms_o(clocks_per_ms), .time_ms_o(time_ms),
    .time_slot_o(time_set), .time_slot_value_o(time_slot), .time_now_i(now.ms), .key_o(key),
    .key_select_o(key_set), .key_select_value_o(key_select), .snapshot_o(snapshot),
    .snapshot_value_o(), .table_bank_i({31'd0, bank_q}), .table_swap_o(table_swap),
    .table_swap_value_o(), .table_write_o(table_write), .table_write_value_o(table_place),
    .table_data_o(table_data), .counter_select_o(counter_select),
    .counter_value_i(counter_value));

  kernel_clock u_clock (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .clocks_per_ms_i(clocks_per_ms), .set_i(time_set),
    .set_ms_i(time_ms), .set_slot_i(time_slot[31:24]), .set_ms_in_slot_i(time_slot[15:0]),
    .stamp_o(now), .host_there_o(host_there));

  // Without its host the kernel would go on with keys that are over.
  wire logic enable = control[0] && host_there;

  logic [511:0] cookie_keys;
  logic [127:0] flow_key;
  key_registers u_keys (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .set_i(key_set), .select_i(key_select[2:0]), .key_i(key),
    .cookie_keys_o(cookie_keys), .flow_key_o(flow_key));

  bank_switch u_bank (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .swap_i(table_swap), .bank_o(bank_q), .busy_o(bank_busy));

  // An access that would see an exchange or a snapshot half done waits.
  assign stall = bank_busy || counters_busy;

  table_write_pkg::write_t table_access;
  assign table_access = {table_write, table_place, table_data};

  // The kernel's core.
  logic                    judged;
  logic [13:0]             judged_bytes;
  syn_cookie_pkg::events_t judged_events;
  logic                    sent_on;
  logic                    sent_back;

  syn_cookie_core #(
    .LEVELS(LEVELS), .SOURCE_LEVELS(SOURCE_LEVELS), .PROFILE_BITS(PROFILE_BITS),
    .REPORTS_PER_MS(REPORTS_PER_MS)) u_core (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .enable_i(enable), .back_joins_i(control[1]),
    .report_i(control[2]), .cookie_keys_i(cookie_keys), .flow_key_i(flow_key),
    .table_write_i(table_access), .table_bank_i(bank_q), .now_i(now),
    .tvalid_i(s_axis_tvalid), .tready_o(s_axis_tready), .tdata_i(s_axis_tdata),
    .tkeep_i(s_axis_tkeep), .tlast_i(s_axis_tlast), .tuser_i(s_axis_tuser),
    .on_tvalid_o(m_axis_tvalid), .on_tready_i(m_axis_tready), .on_tdata_o(m_axis_tdata),
    .on_tkeep_o(m_axis_tkeep), .on_tlast_o(m_axis_tlast),
    .back_tvalid_o(m_axis_back_tvalid), .back_tready_i(m_axis_back_tready),
    .back_tdata_o(m_axis_back_tdata), .back_tkeep_o(m_axis_back_tkeep),
    .back_tlast_o(m_axis_back_tlast),
    .judged_o(judged), .judged_bytes_o(judged_bytes), .judged_events_o(judged_events),
    .sent_on_o(sent_on), .sent_back_o(sent_back));

  event_counters u_counters (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .judged_i(judged), .bytes_i(judged_bytes),
    .events_i(judged_events), .sent_on_i(sent_on), .sent_back_i(sent_back),
    .snapshot_i(snapshot), .busy_o(counters_busy), .select_i(counter_select),
    .value_o(counter_value));

endmodule
