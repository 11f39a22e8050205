// Skid buffer: cuts the ready path of a valid/ready stream at full throughput. Every output is a
// register; `spare_q` takes the word that is accepted in the clock in which the receiver stalls.
module skid_buffer #(
  parameter int W = 32
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         valid_i,
  output logic         ready_o,
  input  logic [W-1:0] data_i,

  output logic         valid_o,
  input  logic         ready_i,
  output logic [W-1:0] data_o
);

  if (W < 1) begin : g_check
    $fatal(1, "skid_buffer: W is at least 1");
  end

  logic         full_q;
  logic [W-1:0] spare_q;
  logic         valid_q;
  logic [W-1:0] data_q;

  assign ready_o = !full_q;
  assign valid_o = valid_q;
  assign data_o  = data_q;

  always_ff @(posedge clk_i) begin
    if (ready_i || !valid_q) begin
      data_q  <= full_q ? spare_q : data_i;
      valid_q <= full_q || valid_i;
      full_q  <= 1'b0;
    end else if (valid_i) begin
      full_q <= 1'b1;
    end
    if (!full_q) spare_q <= data_i;

    if (!rst_ni) begin
      valid_q <= 1'b0;
      full_q  <= 1'b0;
    end
  end

`ifdef PROVE_SKID_BUFFER
  skid_buffer_props #(.W(W)) u_props (
    .clk_i, .rst_ni, .valid_i, .ready_o, .data_i, .valid_o, .ready_i, .data_o, .full_q, .spare_q);
`endif

endmodule
