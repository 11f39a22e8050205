// Receives frames from a stream into memory. A frame lies behind a beat that begins with its length;
// see hw/regs/packet_s2mm.toml. Port names are those that Vitis expects.
module packet_s2mm (
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

  output logic         m_axi_gmem_awvalid,
  input  logic         m_axi_gmem_awready,
  output logic [63:0]  m_axi_gmem_awaddr,
  output logic [7:0]   m_axi_gmem_awlen,
  output logic [2:0]   m_axi_gmem_awsize,
  output logic [1:0]   m_axi_gmem_awburst,
  output logic         m_axi_gmem_wvalid,
  input  logic         m_axi_gmem_wready,
  output logic [511:0] m_axi_gmem_wdata,
  output logic [63:0]  m_axi_gmem_wstrb,
  output logic         m_axi_gmem_wlast,
  input  logic         m_axi_gmem_bvalid,
  output logic         m_axi_gmem_bready,
  input  logic [1:0]   m_axi_gmem_bresp,

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [511:0] s_axis_tdata,
  input  logic [63:0]  s_axis_tkeep,
  input  logic         s_axis_tlast
);

  // Registers.
  logic         write;
  logic [11:0]  write_address;
  logic [31:0]  write_data;
  logic [11:0]  read_address;
  logic [31:0]  read_data;

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
    .rresp_o(s_axi_control_rresp), .stall_i(1'b0), .write_o(write),
    .write_address_o(write_address), .write_data_o(write_data), .read_address_o(read_address),
    .read_data_i(read_data));

  logic [63:0] address;
  logic [31:0] capacity;
  logic        run_set;
  logic [31:0] run_value;
  logic [31:0] beats;
  logic [31:0] frames;
  logic [31:0] dropped;
  logic        run_q;

  packet_s2mm_regs u_regs (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .write_i(write), .write_address_i(write_address),
    .write_data_i(write_data), .read_address_i(read_address), .read_data_o(read_data),
    .address_o(address), .capacity_o(capacity), .run_o(run_set), .run_value_o(run_value),
    .beats_i(beats), .frames_i(frames), .dropped_i(dropped));

  always_ff @(posedge ap_clk) begin
    if (run_set) run_q <= run_value[0];
    if (!ap_rst_n) run_q <= 1'b0;
  end

  logic         valid;
  logic         ready;
  logic [511:0] data;
  logic         length_valid;
  logic         length_ready;
  logic [13:0]  length;

  s2mm_collect u_collect (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .open_i(run_q), .tvalid_i(s_axis_tvalid),
    .tready_o(s_axis_tready), .tdata_i(s_axis_tdata), .tkeep_i(s_axis_tkeep),
    .tlast_i(s_axis_tlast), .valid_o(valid), .ready_i(ready), .data_o(data),
    .length_valid_o(length_valid), .length_ready_i(length_ready), .length_o(length));

  assign m_axi_gmem_awsize  = burst_pkg::SIZE_64_BYTES;
  assign m_axi_gmem_awburst = burst_pkg::INCREMENTING;
  assign m_axi_gmem_wstrb   = '1;

  s2mm_write u_write (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .start_i(run_set && run_value[0]), .address_i(address),
    .capacity_i(capacity), .length_valid_i(length_valid), .length_ready_o(length_ready),
    .length_i(length), .valid_i(valid), .ready_o(ready), .data_i(data),
    .awvalid_o(m_axi_gmem_awvalid), .awready_i(m_axi_gmem_awready),
    .awaddr_o(m_axi_gmem_awaddr), .awlen_o(m_axi_gmem_awlen), .wvalid_o(m_axi_gmem_wvalid),
    .wready_i(m_axi_gmem_wready), .wdata_o(m_axi_gmem_wdata), .wlast_o(m_axi_gmem_wlast),
    .bvalid_i(m_axi_gmem_bvalid), .bready_o(m_axi_gmem_bready), .beats_o(beats),
    .frames_o(frames), .dropped_o(dropped));

endmodule
