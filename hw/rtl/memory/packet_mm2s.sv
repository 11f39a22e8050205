// Sends frames from memory into a stream. A frame lies behind a beat that begins with its length;
// see hw/regs/packet_mm2s.toml. Port names are those that Vitis expects.
module packet_mm2s (
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

  output logic         m_axi_gmem_arvalid,
  input  logic         m_axi_gmem_arready,
  output logic [63:0]  m_axi_gmem_araddr,
  output logic [7:0]   m_axi_gmem_arlen,
  output logic [2:0]   m_axi_gmem_arsize,
  output logic [1:0]   m_axi_gmem_arburst,
  input  logic         m_axi_gmem_rvalid,
  output logic         m_axi_gmem_rready,
  input  logic [511:0] m_axi_gmem_rdata,
  input  logic         m_axi_gmem_rlast,
  input  logic [1:0]   m_axi_gmem_rresp,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [511:0] m_axis_tdata,
  output logic [63:0]  m_axis_tkeep,
  output logic         m_axis_tlast,
  output logic         m_axis_tuser
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
  logic [31:0] beats;
  logic        start;
  logic        busy;
  logic [31:0] frames_q;

  packet_mm2s_regs u_regs (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .write_i(write), .write_address_i(write_address),
    .write_data_i(write_data), .read_address_i(read_address), .read_data_o(read_data),
    .address_o(address), .beats_o(beats), .start_o(start), .start_value_o(),
    .status_i({31'd0, busy}), .frames_i(frames_q));

  // Beats from memory.
  wire logic begins = start && !busy;

  logic         valid;
  logic         ready;
  logic [511:0] data;

  assign m_axi_gmem_arsize  = burst_pkg::SIZE_64_BYTES;
  assign m_axi_gmem_arburst = burst_pkg::INCREMENTING;

  mm2s_read u_read (
    .clk_i(ap_clk), .rst_ni(ap_rst_n), .start_i(begins), .address_i(address), .beats_i(beats),
    .arvalid_o(m_axi_gmem_arvalid), .arready_i(m_axi_gmem_arready),
    .araddr_o(m_axi_gmem_araddr), .arlen_o(m_axi_gmem_arlen), .rvalid_i(m_axi_gmem_rvalid),
    .rready_o(m_axi_gmem_rready), .rdata_i(m_axi_gmem_rdata), .valid_o(valid), .ready_i(ready),
    .data_o(data));

  // Frames into the stream.
  logic [31:0] beats_left_q;  // that have not left the buffer
  logic [13:0] bytes_left_q;  // of the frame; 0 at a beat that has the next one's length
  logic        error_q;

  wire logic in_frame = bytes_left_q != '0;
  wire logic last     = bytes_left_q <= 14'd64;
  wire logic leave    = valid && ready;

  assign busy          = beats_left_q != '0;
  assign ready         = !in_frame || m_axis_tready;
  assign m_axis_tvalid = valid && in_frame;
  assign m_axis_tdata  = data;
  assign m_axis_tlast  = last;
  assign m_axis_tuser  = last && error_q;

  always_comb begin
    for (int i = 0; i < 64; i++) m_axis_tkeep[i] = bytes_left_q > 14'(i);
  end

  always_ff @(posedge ap_clk) begin
    if (leave) begin
      beats_left_q <= beats_left_q - 1'b1;
      if (in_frame) begin
        bytes_left_q <= last ? '0 : bytes_left_q - 14'd64;
        frames_q     <= frames_q + 32'(last);
      end else begin
        bytes_left_q <= data[13:0];
        error_q      <= data[16];
      end
    end
    if (begins) begin
      beats_left_q <= beats;
      bytes_left_q <= '0;
      frames_q     <= '0;
    end
    if (!ap_rst_n) begin
      beats_left_q <= '0;
      bytes_left_q <= '0;
      frames_q     <= '0;
    end
  end

endmodule
