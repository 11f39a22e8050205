// Reads beats from memory, in bursts, as many as its buffer has room for.
module mm2s_read #(
  parameter int DEPTH = 128  // beats under way and in the buffer
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         start_i,
  input  logic [63:0]  address_i,
  input  logic [31:0]  beats_i,

  output logic         arvalid_o,
  input  logic         arready_i,
  output logic [63:0]  araddr_o,
  output logic [7:0]   arlen_o,
  input  logic         rvalid_i,
  output logic         rready_o,
  input  logic [511:0] rdata_i,

  output logic         valid_o,
  input  logic         ready_i,
  output logic [511:0] data_o
);

  localparam int CW = $clog2(DEPTH) + 1;

  logic [31:0]   left_q;   // beats to be asked for
  logic          sized_q;  // `burst_q` is known
  logic [4:0]    burst_q;  // beats of the next burst
  logic [CW-1:0] taken_q;  // places of the buffer that are spoken for

  wire logic room  = taken_q <= CW'(DEPTH - burst_pkg::MAX_BEATS);
  wire logic leave = valid_o && ready_i;
  wire logic begin_burst = sized_q && room && !arvalid_o;

  logic [63:0] next_q;

  always_ff @(posedge clk_i) begin
    if (!sized_q && !arvalid_o) begin
      sized_q <= left_q != '0;
      burst_q <= burst_pkg::beats(araddr_o, left_q);
    end
    if (begin_burst) begin
      sized_q   <= 1'b0;
      arvalid_o <= 1'b1;
      arlen_o   <= {3'd0, burst_q} - 8'd1;
      next_q    <= araddr_o + {53'd0, burst_q, 6'd0};
      left_q    <= left_q - {27'd0, burst_q};
    end else if (arvalid_o && arready_i) begin
      arvalid_o <= 1'b0;
      araddr_o  <= next_q;
    end
    taken_q <= taken_q + (begin_burst ? CW'(burst_q) : '0) - CW'(leave);
    if (start_i) begin
      araddr_o <= address_i;
      left_q   <= beats_i;
    end
    if (!rst_ni) begin
      arvalid_o <= 1'b0;
      sized_q   <= 1'b0;
      left_q    <= '0;
      taken_q   <= '0;
    end
  end

  fifo #(.W(512), .DEPTH(DEPTH)) u_buffer (
    .clk_i, .rst_ni, .valid_i(rvalid_i), .ready_o(rready_o), .data_i(rdata_i), .valid_o, .ready_i,
    .data_o, .stored_o());

endmodule
