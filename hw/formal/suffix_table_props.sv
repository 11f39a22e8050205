// A suffix that is in the table at all times is found by every lookup, with its value, however it
// moves between its two rows. That it is there at all times, in one row or the other, is what the
// host keeps to (SuffixCuckoo); it is assumed here.
module suffix_table_props #(
  parameter int ROW_BITS = 2
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  dns_pkg::lookup_t            lookup_i,
  input  logic [63:0]                 place_i,
  input  logic [63:0]                 tag_i,
  input  dns_pkg::lookup_t            lookup_o,
  input  logic                        hit_o,
  input  logic [dns_pkg::VALUE_W-1:0] value_o,
  output logic [ROW_BITS-1:0]         watched_first_o,
  output logic [ROW_BITS-1:0]         watched_second_o,
  input  logic [dns_pkg::ROW_W-1:0]   first_word_i,
  input  logic [dns_pkg::ROW_W-1:0]   second_word_i
);

  localparam int LATENCY = 5;
  localparam int SLOTS   = dns_pkg::ROW_SLOTS;
  localparam int ENTRY_W = dns_pkg::ENTRY_W;
  localparam int VALUE_W = dns_pkg::VALUE_W;
  localparam int TAG_W   = dns_pkg::TAG_W;

  logic past_q = 1'b0;
  always_ff @(posedge clk_i) past_q <= 1'b1;
  always_comb if (!past_q) assume (!rst_ni);

  // The suffix, whichever that is, and its value.
  (* anyconst *) logic [63:0]        place;
  (* anyconst *) logic [63:0]        tag;
  (* anyconst *) logic [VALUE_W-1:0] value;

  wire logic [TAG_W-1:0] whole_tag = {place[63:48], tag};

  assign watched_first_o  = place[ROW_BITS-1:0];
  assign watched_second_o = place[24 +: ROW_BITS];

  // Which slots of its rows have its tag.
  wire logic [2*dns_pkg::ROW_W-1:0] rows = {second_word_i, first_word_i};
  logic [2*SLOTS-1:0] holds;
  always_comb begin
    for (int i = 0; i < 2 * SLOTS; i++) begin
      holds[i] = rows[ENTRY_W*i +: VALUE_W] != '0
              && rows[ENTRY_W*i + VALUE_W +: TAG_W] == whole_tag;
      if (holds[i]) assume (rows[ENTRY_W*i +: VALUE_W] == value);
    end
    assume (value != '0);
    assume (holds != '0);
  end

  wire logic only_first  = holds[2*SLOTS-1:SLOTS] == '0;
  wire logic only_second = holds[SLOTS-1:0] == '0;

  wire logic          asked = lookup_i.valid && place_i == place && tag_i == tag;
  logic [LATENCY-1:0] asked_q;
  logic               began_first_q;
  logic               moved_q;

  always_ff @(posedge clk_i) begin
    asked_q <= rst_ni ? {asked_q[LATENCY-2:0], asked} : '0;
    if (only_first) began_first_q <= 1'b1;
    moved_q <= moved_q || (began_first_q && only_second);
    if (!rst_ni) begin
      began_first_q <= 1'b0;
      moved_q       <= 1'b0;
    end
  end

  always @(posedge clk_i) if (past_q && rst_ni) begin
    if (asked_q[LATENCY-1]) begin
      assert (lookup_o.valid);
      assert (hit_o);
      assert (value_o == value);
    end
    cover (asked_q[LATENCY-1] && moved_q);
  end

endmodule
