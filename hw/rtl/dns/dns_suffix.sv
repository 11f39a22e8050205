// The DNS suffix kernel as it is packaged: two streams, one AXI4-Lite port, one clock. Port names
// are those that Vitis expects. docs/hw/dns-suffix.md says how it works.
module dns_suffix #(
  parameter int ROW_BITS = 18  // 2^ROW_BITS rows of three suffixes in each half of the table
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

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [511:0] m_axis_tdata,
  output logic [63:0]  m_axis_tkeep,
  output logic         m_axis_tlast
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

  logic [31:0]  control;
  logic [127:0] key;
  logic         snapshot;
  logic         row_write;
  logic [31:0]  row_place;
  logic [287:0] row_data;
  logic [2:0]   counter_select;
  logic [63:0]  counter_value;

  dns_suffix_regs u_regs (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .write_i(write), .write_address_i(write_address),
    .write_data_i(write_data), .read_address_i(read_address), .read_data_o(read_data),
    .capabilities_i(32'(ROW_BITS)), .control_o(control), .key_o(key), .snapshot_o(snapshot),
    .snapshot_value_o(), .table_write_o(row_write), .table_write_value_o(row_place),
    .table_data_o(row_data), .counter_select_o(counter_select),
    .counter_value_i(counter_value));

  dns_pkg::row_write_t row_access;
  assign row_access = {row_write, row_place[31], row_place[23:0], row_data};

  // The kernel's core.
  dns_pkg::events_t events;

  dns_suffix_core #(.ROW_BITS(ROW_BITS)) u_core (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .enable_i(control[0]), .key_i(key),
    .row_write_i(row_access), .tvalid_i(s_axis_tvalid), .tready_o(s_axis_tready),
    .tdata_i(s_axis_tdata), .tkeep_i(s_axis_tkeep), .tlast_i(s_axis_tlast),
    .tvalid_o(m_axis_tvalid), .tready_i(m_axis_tready), .tdata_o(m_axis_tdata),
    .tkeep_o(m_axis_tkeep), .tlast_o(m_axis_tlast), .events_o(events));

  // Counters, in the order of the register description.
  logic [dns_suffix_regs_pkg::COUNTER_COUNT-1:0] step;
  always_comb begin
    step = '0;
    step[dns_suffix_regs_pkg::COUNTER_RECEIVED_FRAMES]  = events.received;
    step[dns_suffix_regs_pkg::COUNTER_UNMARKED]         = events.unmarked;
    step[dns_suffix_regs_pkg::COUNTER_QUESTION]         = events.question;
    step[dns_suffix_regs_pkg::COUNTER_QUESTION_INVALID] = events.question_invalid;
    step[dns_suffix_regs_pkg::COUNTER_MATCHED]          = events.matched;
  end

  counters #(.N(dns_suffix_regs_pkg::COUNTER_COUNT),
             .STEP_W(dns_suffix_regs_pkg::COUNTER_STEP_W)) u_counters (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .step_i(step), .snapshot_i(snapshot),
    .busy_o(counters_busy), .select_i(counter_select), .value_o(counter_value));

endmodule
