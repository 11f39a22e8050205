// Puts a frame's metadata together.
module mark_build (
  input  logic [7:0]          flags_i,
  input  logic                remembered_i,  // what was agreed on is of interest
  input  cookie_pkg::agreed_t agreed_i,
  input  logic [5:0]          slot_i,
  input  logic [15:0]         syns_i,        // of a report, else 0
  input  logic [31:0]         flow_hash_i,
  input  logic [31:0]         ms_i,
  output logic [127:0]        mark_o
);

  wire logic [7:0] agreed = {agreed_i.timestamps, agreed_i.sack, agreed_i.mss_index,
                             agreed_i.scale};

  always_comb begin
    mark_o = '0;
    mark_o[mark_pkg::AT_ETHERTYPE   +: 16] = frame_pkg::be16(mark_pkg::ETHERTYPE);
    mark_o[mark_pkg::AT_VERSION     +: 8]  = mark_pkg::VERSION;
    mark_o[mark_pkg::AT_FLAGS       +: 8]  = flags_i;
    mark_o[mark_pkg::AT_AGREED      +: 8]  = remembered_i ? agreed : 8'd0;
    mark_o[mark_pkg::AT_COOKIE_SLOT +: 8]  = remembered_i ? {agreed_i.ecn, 1'b0, slot_i} : 8'd0;
    mark_o[mark_pkg::AT_SYNS        +: 16] = frame_pkg::be16(syns_i);
    mark_o[mark_pkg::AT_FLOW_HASH   +: 32] = frame_pkg::be32(flow_hash_i);
    mark_o[mark_pkg::AT_INGRESS_MS  +: 32] = frame_pkg::be32(ms_i);
  end

endmodule
