// Each access is answered once, an answer is kept until it is taken, and only whole words reach the
// registers.
module axil_slave_props #(
  parameter int ADDRESS_W = 12
) (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        awvalid_i,
  input logic        awready_o,
  input logic        wvalid_i,
  input logic        wready_o,
  input logic [3:0]  wstrb_i,
  input logic        bvalid_o,
  input logic        bready_i,
  input logic [1:0]  bresp_o,
  input logic        arvalid_i,
  input logic        arready_o,
  input logic        rvalid_o,
  input logic        rready_i,
  input logic [31:0] rdata_o,
  input logic        stall_i,
  input logic        write_o,
  input logic [31:0] read_data_i,
  input logic        waiting_q
);

  logic past_q = 1'b0;
  always_ff @(posedge clk_i) past_q <= 1'b1;
  always_comb if (!past_q) assume (!rst_ni);

  // Accesses taken and not answered yet.
  logic [1:0] writes_q;
  logic [1:0] reads_q;

  always_ff @(posedge clk_i) begin
    writes_q <= writes_q + 2'(awvalid_i && awready_o) - 2'(bvalid_o && bready_i);
    reads_q  <= reads_q + 2'(arvalid_i && arready_o) - 2'(rvalid_o && rready_i);
    if (!rst_ni) begin
      writes_q <= '0;
      reads_q  <= '0;
    end
  end

  always @(posedge clk_i) if (past_q && rst_ni) begin
    assert (writes_q <= 2'd1 && reads_q <= 2'd1);
    assert (bvalid_o == (writes_q == 2'd1));
    assert (reads_q == 2'(waiting_q) + 2'(rvalid_o));
    assert ((awvalid_i && awready_o) == (wvalid_i && wready_o));
    assert (write_o == (awvalid_i && awready_o && wstrb_i == 4'hf));
    assert (!stall_i || !(awready_o || wready_o || arready_o));
    if ($past(rst_ni)) begin
      if ($past(awvalid_i && awready_o)) assert (bresp_o == ($past(wstrb_i) == 4'hf ? 2'd0 : 2'd2));
      if ($past(bvalid_o && !bready_i)) assert (bvalid_o && bresp_o == $past(bresp_o));
      if ($past(rvalid_o && !rready_i)) assert (rvalid_o && rdata_o == $past(rdata_o));
      if (rvalid_o && !$past(rvalid_o)) assert (rdata_o == $past(read_data_i));
      // A read is answered two clocks after it was taken.
      if ($past(past_q && $past(rst_ni) && $past(arvalid_i && arready_o))) assert (rvalid_o);
    end
    cover (bvalid_o && rvalid_o && bresp_o == 2'd2);
  end

endmodule
