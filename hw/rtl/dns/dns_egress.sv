// Joins each frame in the store with its verdict, which goes into the metadata of its first beat.
module dns_egress (
  input  logic                            clk_i,
  input  logic                            rst_ni,

  input  logic                            store_valid_i,
  output logic                            store_ready_o,
  input  logic [frame_pkg::BEAT_BITS-1:0] store_data_i,
  input  logic [63:0]                     store_keep_i,
  input  logic                            store_last_i,

  input  logic                            verdict_valid_i,
  output logic                            verdict_ready_o,
  input  logic                            matched_i,
  input  logic [dns_pkg::VALUE_W-1:0]     value_i,

  output logic                            tvalid_o,
  input  logic                            tready_i,
  output logic [frame_pkg::BEAT_BITS-1:0] tdata_o,
  output logic [63:0]                     tkeep_o,
  output logic                            tlast_o
);

  localparam int BITS  = frame_pkg::BEAT_BITS;
  localparam int HEAD  = 8 * mark_pkg::OFFSET;
  localparam int FLAG  = HEAD + mark_pkg::AT_FLAGS + mark_pkg::DNS_MATCHED;
  localparam int VALUE = HEAD + mark_pkg::AT_SUFFIX;

  logic open_q;  // inside a frame
  logic ready;

  wire logic there = store_valid_i && (open_q || verdict_valid_i);
  wire logic take  = there && ready;

  assign store_ready_o   = take;
  assign verdict_ready_o = take && !open_q;

  logic [BITS-1:0] data;
  always_comb begin
    data = store_data_i;
    if (!open_q && matched_i) begin
      data[FLAG]                      = 1'b1;
      data[VALUE +: dns_pkg::VALUE_W] = frame_pkg::be16(value_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) open_q <= !store_last_i;
    if (!rst_ni) open_q <= 1'b0;
  end

  skid_buffer #(.W(BITS + 65)) u_out (
    .clk_i, .rst_ni, .valid_i(there), .ready_o(ready),
    .data_i({data, store_keep_i, store_last_i}), .valid_o(tvalid_o), .ready_i(tready_i),
    .data_o({tdata_o, tkeep_o, tlast_o}));

endmodule
