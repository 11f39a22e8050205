// Takes frames from a stream into a buffer and gives out the length of each when all of it is in.
module s2mm_collect #(
  parameter int DEPTH = 512  // beats
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         open_i,  // frames may begin

  input  logic         tvalid_i,
  output logic         tready_o,
  input  logic [511:0] tdata_i,
  input  logic [63:0]  tkeep_i,
  input  logic         tlast_i,

  output logic         valid_o,
  input  logic         ready_i,
  output logic [511:0] data_o,

  output logic         length_valid_o,
  input  logic         length_ready_i,
  output logic [13:0]  length_o  // in bytes
);

  logic        room;
  logic        length_room;
  logic        inside_q;  // a frame
  logic [13:0] length_q;  // of it so far

  logic [6:0] bytes;
  always_comb begin
    bytes = '0;
    for (int i = 0; i < 64; i++) begin
      bytes |= {7{tkeep_i[i] && (i == 63 || !tkeep_i[(i+1)%64])}} & 7'(i + 1);
    end
  end

  wire logic        take   = tvalid_i && tready_o;
  wire logic [13:0] length = length_q + {7'd0, bytes};

  assign tready_o = room && length_room && (open_i || inside_q);

  always_ff @(posedge clk_i) begin
    if (take) begin
      inside_q <= !tlast_i;
      length_q <= tlast_i ? '0 : length;
    end
    if (!rst_ni) begin
      inside_q <= 1'b0;
      length_q <= '0;
    end
  end

  fifo #(.W(512), .DEPTH(DEPTH)) u_data (
    .clk_i, .rst_ni, .valid_i(take), .ready_o(room), .data_i(tdata_i), .valid_o, .ready_i,
    .data_o, .stored_o());
  fifo #(.W(14), .DEPTH(64)) u_lengths (
    .clk_i, .rst_ni, .valid_i(take && tlast_i), .ready_o(length_room), .data_i(length),
    .valid_o(length_valid_o), .ready_i(length_ready_i), .data_o(length_o), .stored_o());

endmodule
