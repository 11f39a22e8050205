// All kernels of a card wired as for its self-test, for simulation: frames go from memory through
// both kernels and back into memory. The upper four bits of a register's address choose the kernel.
//
//   memory > mm2s > syn_cookie +> dns_suffix > s2mm `on` > memory
//                              +> s2mm `back` > memory
module card #(
  parameter int LEVELS         = 4,
  parameter int SOURCE_LEVELS  = 2,
  parameter int PROFILE_BITS   = 6,
  parameter int REPORTS_PER_MS = 4,
  parameter int ROW_BITS       = 7
) (
  input  logic         ap_clk,
  input  logic         ap_rst_n,

  input  logic         s_axi_control_awvalid,
  output logic         s_axi_control_awready,
  input  logic [15:0]  s_axi_control_awaddr,
  input  logic         s_axi_control_wvalid,
  output logic         s_axi_control_wready,
  input  logic [31:0]  s_axi_control_wdata,
  input  logic [3:0]   s_axi_control_wstrb,
  output logic         s_axi_control_bvalid,
  input  logic         s_axi_control_bready,
  output logic [1:0]   s_axi_control_bresp,
  input  logic         s_axi_control_arvalid,
  output logic         s_axi_control_arready,
  input  logic [15:0]  s_axi_control_araddr,
  output logic         s_axi_control_rvalid,
  input  logic         s_axi_control_rready,
  output logic [31:0]  s_axi_control_rdata,
  output logic [1:0]   s_axi_control_rresp,

  output logic         frames_arvalid,
  input  logic         frames_arready,
  output logic [63:0]  frames_araddr,
  output logic [7:0]   frames_arlen,
  input  logic         frames_rvalid,
  output logic         frames_rready,
  input  logic [511:0] frames_rdata,
  input  logic         frames_rlast,

  output logic         on_awvalid,
  input  logic         on_awready,
  output logic [63:0]  on_awaddr,
  output logic [7:0]   on_awlen,
  output logic         on_wvalid,
  input  logic         on_wready,
  output logic [511:0] on_wdata,
  output logic         on_wlast,
  input  logic         on_bvalid,
  output logic         on_bready,

  output logic         back_awvalid,
  input  logic         back_awready,
  output logic [63:0]  back_awaddr,
  output logic [7:0]   back_awlen,
  output logic         back_wvalid,
  input  logic         back_wready,
  output logic [511:0] back_wdata,
  output logic         back_wlast,
  input  logic         back_bvalid,
  output logic         back_bready
);

  localparam int KERNELS = 5;

  // One access at a time, to the kernel that its address names.
  logic [KERNELS-1:0]    awvalid;
  logic [KERNELS-1:0]    awready;
  logic [KERNELS-1:0]    wvalid;
  logic [KERNELS-1:0]    wready;
  logic [KERNELS-1:0]    bvalid;
  logic [2*KERNELS-1:0]  bresp;
  logic [KERNELS-1:0]    arvalid;
  logic [KERNELS-1:0]    arready;
  logic [KERNELS-1:0]    rvalid;
  logic [32*KERNELS-1:0] rdata;
  logic [2*KERNELS-1:0]  rresp;

  always_comb begin
    s_axi_control_bresp = '0;
    s_axi_control_rdata = '0;
    s_axi_control_rresp = '0;
    for (int k = 0; k < KERNELS; k++) begin
      awvalid[k] = s_axi_control_awvalid && s_axi_control_awaddr[15:12] == 4'(k);
      wvalid[k]  = s_axi_control_wvalid && s_axi_control_awaddr[15:12] == 4'(k);
      arvalid[k] = s_axi_control_arvalid && s_axi_control_araddr[15:12] == 4'(k);
      if (bvalid[k]) s_axi_control_bresp = bresp[2*k +: 2];
      if (rvalid[k]) begin
        s_axi_control_rdata = rdata[32*k +: 32];
        s_axi_control_rresp = rresp[2*k +: 2];
      end
    end
  end

  assign s_axi_control_awready = |awready;
  assign s_axi_control_wready  = |wready;
  assign s_axi_control_bvalid  = |bvalid;
  assign s_axi_control_arready = |arready;
  assign s_axi_control_rvalid  = |rvalid;

  logic         sent_tvalid;
  logic         sent_tready;
  logic [511:0] sent_tdata;
  logic [63:0]  sent_tkeep;
  logic         sent_tlast;
  logic         sent_tuser;

  logic         marked_tvalid;
  logic         marked_tready;
  logic [511:0] marked_tdata;
  logic [63:0]  marked_tkeep;
  logic         marked_tlast;

  logic         looked_up_tvalid;
  logic         looked_up_tready;
  logic [511:0] looked_up_tdata;
  logic [63:0]  looked_up_tkeep;
  logic         looked_up_tlast;

  logic         answer_tvalid;
  logic         answer_tready;
  logic [511:0] answer_tdata;
  logic [63:0]  answer_tkeep;
  logic         answer_tlast;

  packet_mm2s u_mm2s (
    .ap_clk, .ap_rst_n,
    .s_axi_control_awvalid(awvalid[0]), .s_axi_control_awready(awready[0]),
    .s_axi_control_awaddr(s_axi_control_awaddr[11:0]), .s_axi_control_wvalid(wvalid[0]),
    .s_axi_control_wready(wready[0]), .s_axi_control_wdata, .s_axi_control_wstrb,
    .s_axi_control_bvalid(bvalid[0]), .s_axi_control_bready, .s_axi_control_bresp(bresp[2*0 +: 2]),
    .s_axi_control_arvalid(arvalid[0]), .s_axi_control_arready(arready[0]),
    .s_axi_control_araddr(s_axi_control_araddr[11:0]), .s_axi_control_rvalid(rvalid[0]),
    .s_axi_control_rready, .s_axi_control_rdata(rdata[32*0 +: 32]),
    .s_axi_control_rresp(rresp[2*0 +: 2]),
    .m_axi_gmem_arvalid(frames_arvalid), .m_axi_gmem_arready(frames_arready),
    .m_axi_gmem_araddr(frames_araddr), .m_axi_gmem_arlen(frames_arlen), .m_axi_gmem_arsize(),
    .m_axi_gmem_arburst(), .m_axi_gmem_rvalid(frames_rvalid), .m_axi_gmem_rready(frames_rready),
    .m_axi_gmem_rdata(frames_rdata), .m_axi_gmem_rlast(frames_rlast), .m_axi_gmem_rresp('0),
    .m_axis_tvalid(sent_tvalid), .m_axis_tready(sent_tready), .m_axis_tdata(sent_tdata),
    .m_axis_tkeep(sent_tkeep), .m_axis_tlast(sent_tlast), .m_axis_tuser(sent_tuser));

  syn_cookie #(
    .LEVELS(LEVELS), .SOURCE_LEVELS(SOURCE_LEVELS), .PROFILE_BITS(PROFILE_BITS),
    .REPORTS_PER_MS(REPORTS_PER_MS)) u_syn_cookie (
    .ap_clk, .ap_rst_n,
    .s_axi_control_awvalid(awvalid[1]), .s_axi_control_awready(awready[1]),
    .s_axi_control_awaddr(s_axi_control_awaddr[11:0]), .s_axi_control_wvalid(wvalid[1]),
    .s_axi_control_wready(wready[1]), .s_axi_control_wdata, .s_axi_control_wstrb,
    .s_axi_control_bvalid(bvalid[1]), .s_axi_control_bready, .s_axi_control_bresp(bresp[2*1 +: 2]),
    .s_axi_control_arvalid(arvalid[1]), .s_axi_control_arready(arready[1]),
    .s_axi_control_araddr(s_axi_control_araddr[11:0]), .s_axi_control_rvalid(rvalid[1]),
    .s_axi_control_rready, .s_axi_control_rdata(rdata[32*1 +: 32]),
    .s_axi_control_rresp(rresp[2*1 +: 2]),
    .s_axis_tvalid(sent_tvalid), .s_axis_tready(sent_tready), .s_axis_tdata(sent_tdata),
    .s_axis_tkeep(sent_tkeep), .s_axis_tlast(sent_tlast), .s_axis_tuser(sent_tuser),
    .m_axis_tvalid(marked_tvalid), .m_axis_tready(marked_tready), .m_axis_tdata(marked_tdata),
    .m_axis_tkeep(marked_tkeep), .m_axis_tlast(marked_tlast),
    .m_axis_back_tvalid(answer_tvalid), .m_axis_back_tready(answer_tready),
    .m_axis_back_tdata(answer_tdata), .m_axis_back_tkeep(answer_tkeep),
    .m_axis_back_tlast(answer_tlast));

  dns_suffix #(.ROW_BITS(ROW_BITS)) u_dns_suffix (
    .ap_clk, .ap_rst_n,
    .s_axi_control_awvalid(awvalid[2]), .s_axi_control_awready(awready[2]),
    .s_axi_control_awaddr(s_axi_control_awaddr[11:0]), .s_axi_control_wvalid(wvalid[2]),
    .s_axi_control_wready(wready[2]), .s_axi_control_wdata, .s_axi_control_wstrb,
    .s_axi_control_bvalid(bvalid[2]), .s_axi_control_bready, .s_axi_control_bresp(bresp[2*2 +: 2]),
    .s_axi_control_arvalid(arvalid[2]), .s_axi_control_arready(arready[2]),
    .s_axi_control_araddr(s_axi_control_araddr[11:0]), .s_axi_control_rvalid(rvalid[2]),
    .s_axi_control_rready, .s_axi_control_rdata(rdata[32*2 +: 32]),
    .s_axi_control_rresp(rresp[2*2 +: 2]),
    .s_axis_tvalid(marked_tvalid), .s_axis_tready(marked_tready), .s_axis_tdata(marked_tdata),
    .s_axis_tkeep(marked_tkeep), .s_axis_tlast(marked_tlast),
    .m_axis_tvalid(looked_up_tvalid), .m_axis_tready(looked_up_tready),
    .m_axis_tdata(looked_up_tdata), .m_axis_tkeep(looked_up_tkeep),
    .m_axis_tlast(looked_up_tlast));

  packet_s2mm u_on (
    .ap_clk, .ap_rst_n,
    .s_axi_control_awvalid(awvalid[3]), .s_axi_control_awready(awready[3]),
    .s_axi_control_awaddr(s_axi_control_awaddr[11:0]), .s_axi_control_wvalid(wvalid[3]),
    .s_axi_control_wready(wready[3]), .s_axi_control_wdata, .s_axi_control_wstrb,
    .s_axi_control_bvalid(bvalid[3]), .s_axi_control_bready, .s_axi_control_bresp(bresp[2*3 +: 2]),
    .s_axi_control_arvalid(arvalid[3]), .s_axi_control_arready(arready[3]),
    .s_axi_control_araddr(s_axi_control_araddr[11:0]), .s_axi_control_rvalid(rvalid[3]),
    .s_axi_control_rready, .s_axi_control_rdata(rdata[32*3 +: 32]),
    .s_axi_control_rresp(rresp[2*3 +: 2]),
    .m_axi_gmem_awvalid(on_awvalid), .m_axi_gmem_awready(on_awready),
    .m_axi_gmem_awaddr(on_awaddr), .m_axi_gmem_awlen(on_awlen), .m_axi_gmem_awsize(),
    .m_axi_gmem_awburst(), .m_axi_gmem_wvalid(on_wvalid), .m_axi_gmem_wready(on_wready),
    .m_axi_gmem_wdata(on_wdata), .m_axi_gmem_wstrb(), .m_axi_gmem_wlast(on_wlast),
    .m_axi_gmem_bvalid(on_bvalid), .m_axi_gmem_bready(on_bready), .m_axi_gmem_bresp('0),
    .s_axis_tvalid(looked_up_tvalid), .s_axis_tready(looked_up_tready),
    .s_axis_tdata(looked_up_tdata), .s_axis_tkeep(looked_up_tkeep), .s_axis_tlast(looked_up_tlast));

  packet_s2mm u_back (
    .ap_clk, .ap_rst_n,
    .s_axi_control_awvalid(awvalid[4]), .s_axi_control_awready(awready[4]),
    .s_axi_control_awaddr(s_axi_control_awaddr[11:0]), .s_axi_control_wvalid(wvalid[4]),
    .s_axi_control_wready(wready[4]), .s_axi_control_wdata, .s_axi_control_wstrb,
    .s_axi_control_bvalid(bvalid[4]), .s_axi_control_bready, .s_axi_control_bresp(bresp[2*4 +: 2]),
    .s_axi_control_arvalid(arvalid[4]), .s_axi_control_arready(arready[4]),
    .s_axi_control_araddr(s_axi_control_araddr[11:0]), .s_axi_control_rvalid(rvalid[4]),
    .s_axi_control_rready, .s_axi_control_rdata(rdata[32*4 +: 32]),
    .s_axi_control_rresp(rresp[2*4 +: 2]),
    .m_axi_gmem_awvalid(back_awvalid), .m_axi_gmem_awready(back_awready),
    .m_axi_gmem_awaddr(back_awaddr), .m_axi_gmem_awlen(back_awlen), .m_axi_gmem_awsize(),
    .m_axi_gmem_awburst(), .m_axi_gmem_wvalid(back_wvalid), .m_axi_gmem_wready(back_wready),
    .m_axi_gmem_wdata(back_wdata), .m_axi_gmem_wstrb(), .m_axi_gmem_wlast(back_wlast),
    .m_axi_gmem_bvalid(back_bvalid), .m_axi_gmem_bready(back_bready), .m_axi_gmem_bresp('0),
    .s_axis_tvalid(answer_tvalid), .s_axis_tready(answer_tready),
    .s_axis_tdata(answer_tdata), .s_axis_tkeep(answer_tkeep), .s_axis_tlast(answer_tlast));

endmodule
