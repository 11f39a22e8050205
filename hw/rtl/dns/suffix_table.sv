// The suffixes: a cuckoo hash table of two halves with a row of three slots for each place. A lookup
// reads its two rows in the same clock, and a row is written as a whole. So, if the host writes a
// suffix to where it moves before it takes it from where it was, every lookup finds it.
module suffix_table #(
  parameter int ROW_BITS = 18  // 2^ROW_BITS rows in each half
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,

  input  dns_pkg::row_write_t         write_i,

  input  dns_pkg::lookup_t            lookup_i,
  input  logic [63:0]                 place_i,
  input  logic [63:0]                 tag_i,

  // Five clocks later.
  output dns_pkg::lookup_t            lookup_o,
  output logic                        hit_o,
  output logic [dns_pkg::VALUE_W-1:0] value_o
);

  localparam int LATENCY   = 5;
  localparam int ROW_W     = dns_pkg::ROW_W;
  localparam int ENTRY_W   = dns_pkg::ENTRY_W;
  localparam int VALUE_W   = dns_pkg::VALUE_W;
  localparam int TAG_W     = dns_pkg::TAG_W;
  localparam int ROW_SLOTS = dns_pkg::ROW_SLOTS;
  localparam int ENTRIES   = 2 * ROW_SLOTS;

  if (ROW_BITS < 1 || ROW_BITS > 24) begin : g_check
    $fatal(1, "suffix_table: ROW_BITS is 1 to 24");
  end

  // Clock 1: where to look.
  logic [ROW_BITS-1:0] first_row_q;
  logic [ROW_BITS-1:0] second_row_q;
  logic [TAG_W-1:0]    tag_q;

  always_ff @(posedge clk_i) begin
    first_row_q  <= place_i[ROW_BITS-1:0];
    second_row_q <= place_i[24 +: ROW_BITS];
    tag_q        <= {place_i[63:48], tag_i};
  end

  // Clocks 2 and 3: the rows, through the memories' output registers.
  (* ram_style = "ultra" *) logic [ROW_W-1:0] first  [0:(1<<ROW_BITS)-1];
  (* ram_style = "ultra" *) logic [ROW_W-1:0] second [0:(1<<ROW_BITS)-1];
  logic [ROW_W-1:0]   first_read_q;
  logic [ROW_W-1:0]   second_read_q;
  logic [2*ROW_W-1:0] rows_q;

  always_ff @(posedge clk_i) begin
    if (write_i.valid && !write_i.second) first[write_i.row[ROW_BITS-1:0]] <= write_i.data;
    first_read_q <= first[first_row_q];
  end
  always_ff @(posedge clk_i) begin
    if (write_i.valid && write_i.second) second[write_i.row[ROW_BITS-1:0]] <= write_i.data;
    second_read_q <= second[second_row_q];
  end
  always_ff @(posedge clk_i) rows_q <= {second_read_q, first_read_q};

  logic [TAG_W-1:0] tag_late;
  delay_line #(.W(TAG_W), .N(2)) u_tag (
    .clk_i, .rst_ni, .data_i(tag_q), .data_o(tag_late));

  // Clock 4: which slots have the tag. Clock 5: the value.
  logic [ENTRIES-1:0]         equal_q;
  logic [ENTRIES*VALUE_W-1:0] values_q;
  logic [VALUE_W-1:0]         value;

  always_comb begin
    value = '0;
    for (int i = 0; i < ENTRIES; i++) begin
      value |= {VALUE_W{equal_q[i]}} & values_q[VALUE_W*i +: VALUE_W];
    end
  end

  always_ff @(posedge clk_i) begin
    for (int i = 0; i < ENTRIES; i++) begin
      equal_q[i]                     <= rows_q[ENTRY_W*i + VALUE_W +: TAG_W] == tag_late;
      values_q[VALUE_W*i +: VALUE_W] <= rows_q[ENTRY_W*i +: VALUE_W];
    end
    hit_o   <= value != '0;
    value_o <= value;
  end

  logic [LATENCY-1:0] valid_q;
  dns_pkg::lookup_t   late;

  always_ff @(posedge clk_i) begin
    valid_q <= rst_ni ? {valid_q[LATENCY-2:0], lookup_i.valid} : '0;
  end
  delay_line #(.W(dns_pkg::LOOKUP_W), .N(LATENCY)) u_lookup (
    .clk_i, .rst_ni, .data_i(lookup_i), .data_o(late));

  always_comb begin
    lookup_o       = late;
    lookup_o.valid = valid_q[LATENCY-1];
  end

`ifdef PROVE_SUFFIX_TABLE
  logic [ROW_BITS-1:0] watched_first;
  logic [ROW_BITS-1:0] watched_second;
  suffix_table_props #(.ROW_BITS(ROW_BITS)) u_props (
    .clk_i, .rst_ni, .lookup_i, .place_i, .tag_i, .lookup_o, .hit_o, .value_o,
    .watched_first_o(watched_first), .watched_second_o(watched_second),
    .first_word_i(first[watched_first]), .second_word_i(second[watched_second]));
`endif

endmodule
