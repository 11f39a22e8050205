// What has been found out about each slot, and the verdicts in the order of the frames. A slot is
// done when it has no name, or when its last suffix has been looked up; of several suffixes that
// match, the longest one comes last and stays.
module suffix_verdicts (
  input  logic                        clk_i,
  input  logic                        rst_ni,

  // No datagram, or no name in it.
  input  logic                        no_udp_i,
  input  logic [dns_pkg::SLOT_W-1:0]  no_udp_slot_i,
  input  logic                        no_name_i,
  input  logic [dns_pkg::SLOT_W-1:0]  no_name_slot_i,

  // A lookup's result.
  input  dns_pkg::lookup_t            lookup_i,
  input  logic                        hit_i,
  input  logic [dns_pkg::VALUE_W-1:0] value_i,

  output logic                        release_o,  // the next slot in turn has become free
  output logic                        valid_o,
  input  logic                        ready_i,
  output logic                        matched_o,
  output logic [dns_pkg::VALUE_W-1:0] value_o
);

  localparam int SLOTS   = dns_pkg::SLOTS;
  localparam int VALUE_W = dns_pkg::VALUE_W;

  logic [SLOTS-1:0]           done_q;
  logic [SLOTS-1:0]           matched_q;
  logic [VALUE_W-1:0]         values [0:SLOTS-1];
  logic [dns_pkg::SLOT_W-1:0] next_q;  // whose verdict is given next
  logic                       room;

  wire logic give = done_q[next_q] && room;

  logic [SLOTS-1:0] done_d;
  logic [SLOTS-1:0] matched_d;
  always_comb begin
    done_d    = done_q;
    matched_d = matched_q;
    if (give) done_d[next_q] = 1'b0;
    if (give) matched_d[next_q] = 1'b0;
    if (no_udp_i) done_d[no_udp_slot_i] = 1'b1;
    if (no_name_i) done_d[no_name_slot_i] = 1'b1;
    if (lookup_i.valid && lookup_i.last) done_d[lookup_i.slot] = 1'b1;
    if (lookup_i.valid && hit_i) matched_d[lookup_i.slot] = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (lookup_i.valid && hit_i) values[lookup_i.slot] <= value_i;
    matched_q <= rst_ni ? matched_d : '0;
    done_q    <= rst_ni ? done_d : '0;
    if (give) next_q <= next_q + 1'b1;
    if (!rst_ni) next_q <= '0;
  end

  assign release_o = give;

  fifo #(.W(VALUE_W + 1), .DEPTH(8)) u_verdicts (
    .clk_i, .rst_ni, .valid_i(give), .ready_o(room),
    .data_i({matched_q[next_q], values[next_q]}), .valid_o, .ready_i,
    .data_o({matched_o, value_o}), .stored_o());

endmodule
