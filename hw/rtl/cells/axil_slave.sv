// AXI4-Lite slave: turns the five channels into a write strobe with address and data, and a read
// address with its data a clock later. One access of each kind at a time. Words that are written in
// part are refused with SLVERR. While `stall_i` is set nothing new is accepted.
module axil_slave #(
  parameter int ADDRESS_W = 12
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 awvalid_i,
  output logic                 awready_o,
  input  logic [ADDRESS_W-1:0] awaddr_i,
  input  logic                 wvalid_i,
  output logic                 wready_o,
  input  logic [31:0]          wdata_i,
  input  logic [3:0]           wstrb_i,
  output logic                 bvalid_o,
  input  logic                 bready_i,
  output logic [1:0]           bresp_o,

  input  logic                 arvalid_i,
  output logic                 arready_o,
  input  logic [ADDRESS_W-1:0] araddr_i,
  output logic                 rvalid_o,
  input  logic                 rready_i,
  output logic [31:0]          rdata_o,
  output logic [1:0]           rresp_o,

  input  logic                 stall_i,
  output logic                 write_o,
  output logic [ADDRESS_W-1:0] write_address_o,
  output logic [31:0]          write_data_o,
  output logic [ADDRESS_W-1:0] read_address_o,
  input  logic [31:0]          read_data_i  // a clock after the address
);

  localparam logic [1:0] OKAY   = 2'd0;
  localparam logic [1:0] SLVERR = 2'd2;

  // Writes: address and data are taken together, when the last response has gone.
  logic bvalid_q;
  logic whole_q;

  wire logic write = awvalid_i && wvalid_i && !bvalid_q && !stall_i;

  assign awready_o       = write;
  assign wready_o        = write;
  assign bvalid_o        = bvalid_q;
  assign bresp_o         = whole_q ? OKAY : SLVERR;
  assign write_o         = write && wstrb_i == '1;
  assign write_address_o = awaddr_i;
  assign write_data_o    = wdata_i;

  always_ff @(posedge clk_i) begin
    if (write) begin
      bvalid_q <= 1'b1;
      whole_q  <= wstrb_i == '1;
    end else if (bready_i) begin
      bvalid_q <= 1'b0;
    end
    if (!rst_ni) bvalid_q <= 1'b0;
  end

  // Reads: the address, a clock for the data, the response.
  logic        waiting_q;
  logic        rvalid_q;
  logic [31:0] rdata_q;

  wire logic read = arvalid_i && !waiting_q && !rvalid_q && !stall_i;

  assign arready_o      = read;
  assign read_address_o = araddr_i;
  assign rvalid_o       = rvalid_q;
  assign rdata_o        = rdata_q;
  assign rresp_o        = OKAY;

  always_ff @(posedge clk_i) begin
    waiting_q <= read;
    if (waiting_q) begin
      rvalid_q <= 1'b1;
      rdata_q  <= read_data_i;
    end else if (rready_i) begin
      rvalid_q <= 1'b0;
    end
    if (!rst_ni) begin
      waiting_q <= 1'b0;
      rvalid_q  <= 1'b0;
    end
  end

`ifdef PROVE_AXIL_SLAVE
  axil_slave_props #(.ADDRESS_W(ADDRESS_W)) u_props (
    .clk_i, .rst_ni, .awvalid_i, .awready_o, .wvalid_i, .wready_o, .wstrb_i, .bvalid_o,
    .bready_i, .bresp_o, .arvalid_i, .arready_o, .rvalid_o, .rready_i, .rdata_o, .stall_i,
    .write_o, .read_data_i, .waiting_q);
`endif

endmodule
