// Finds the range that holds a key: a search tree with four branches a node, one level after the
// other, a key a clock. Prefixes of all lengths become disjoint ranges (the longest wins where they
// overlap), so this is a longest-prefix match whose speed does not depend on the prefixes.
//
// A node has three sorted keys and leads to the branch numbered by how many of them are not above
// the key searched for; the leaf at the end has the range's value. The tree is complete, so a node
// is known by its level and its number, and there are no pointers. Unused keys are all ones, and
// the leaf behind one repeats the value of the last range, as the highest key reaches it, too.
//
// There are two banks. A search stays in the bank with which it began; the host writes the other
// one and then exchanges them.
module range_search #(
  parameter int KEY_W   = 128,
  parameter int LEVELS  = 4,  // 4^LEVELS ranges
  parameter int VALUE_W = 16
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // One write a clock: a node's three keys, the lowest in the lowest bits, or a leaf's value.
  input  logic                 write_node_i,
  input  logic                 write_leaf_i,
  input  logic                 write_bank_i,
  input  logic [3:0]           write_level_i,
  input  logic [2*LEVELS-1:0]  write_index_i,
  input  logic [3*KEY_W-1:0]   write_data_i,

  input  logic                 bank_i,
  input  logic [KEY_W-1:0]     key_i,

  // lookup_pkg::search_clocks(LEVELS) later.
  output logic                 bank_o,
  output logic [2*LEVELS-1:0]  leaf_o,   // the range's number
  output logic [VALUE_W-1:0]   value_o
);

  if (LEVELS < 1 || LEVELS > 10) begin : g_check_levels
    $fatal(1, "range_search: LEVELS is 1 to 10");
  end
  if (VALUE_W > 3 * KEY_W) begin : g_check_value
    $fatal(1, "range_search: a value is written in place of three keys");
  end

  for (genvar level = 0; level < LEVELS; level++) begin : g_level
    localparam int INDEX_W = level == 0 ? 1 : 2 * level;
    localparam int NODES   = 2 * (1 << (2 * level));  // of both banks

    logic [KEY_W-1:0]   key;
    logic               bank;
    logic [INDEX_W-1:0] index;  // of the node; 0 at the root

    if (level == 0) begin : g_root
      assign key   = key_i;
      assign bank  = bank_i;
      assign index = 1'b0;
    end else begin : g_inner
      assign key   = g_level[level-1].key_q;
      assign bank  = g_level[level-1].bank_q;
      assign index = g_level[level-1].branch_q;
    end

    // Clocks 1 and 2: the node, through the memory's output register.
    logic [3*KEY_W-1:0] nodes [0:NODES-1];
    logic [3*KEY_W-1:0] read_q;
    logic [3*KEY_W-1:0] node_q;

    wire logic write = write_node_i && write_level_i == 4'(level);

    if (level == 0) begin : g_one_node
      always_ff @(posedge clk_i) begin
        if (write) nodes[write_bank_i] <= write_data_i;
        read_q <= nodes[bank];
      end
    end else begin : g_nodes
      always_ff @(posedge clk_i) begin
        if (write) nodes[{write_bank_i, write_index_i[INDEX_W-1:0]}] <= write_data_i;
        read_q <= nodes[{bank, index}];
      end
    end

    always_ff @(posedge clk_i) node_q <= read_q;

    logic [KEY_W-1:0]   key_late;
    logic               bank_late;
    logic [INDEX_W-1:0] index_late;
    delay_line #(.W(KEY_W + 1 + INDEX_W), .N(2)) u_late (
      .clk_i, .rst_ni, .data_i({key, bank, index}), .data_o({key_late, bank_late, index_late}));

    // Clock 3: the branch. The keys are sorted, so the comparisons are a thermometer.
    wire logic [2:0] above = {key_late >= node_q[2*KEY_W +: KEY_W],
                              key_late >= node_q[KEY_W +: KEY_W],
                              key_late >= node_q[0 +: KEY_W]};
    wire logic [1:0] which = above[2] ? 2'd3 : above[1] ? 2'd2 : above[0] ? 2'd1 : 2'd0;

    logic [KEY_W-1:0]    key_q;
    logic                bank_q;
    logic [2*level+1:0]  branch_q;

    always_ff @(posedge clk_i) begin
      key_q  <= key_late;
      bank_q <= bank_late;
    end
    if (level == 0) begin : g_first_branch
      always_ff @(posedge clk_i) branch_q <= which;
    end else begin : g_branch
      always_ff @(posedge clk_i) branch_q <= {index_late, which};
    end
  end

  // The leaf.
  localparam int LEAVES = 2 * (1 << (2 * LEVELS));

  logic [VALUE_W-1:0]  leaves [0:LEAVES-1];
  logic [VALUE_W-1:0]  leaf_q;
  logic                leaf_bank_q;
  logic [2*LEVELS-1:0] leaf_index_q;

  wire logic                leaf_bank  = g_level[LEVELS-1].bank_q;
  wire logic [2*LEVELS-1:0] leaf_index = g_level[LEVELS-1].branch_q;

  always_ff @(posedge clk_i) begin
    if (write_leaf_i) leaves[{write_bank_i, write_index_i}] <= write_data_i[VALUE_W-1:0];
    leaf_q       <= leaves[{leaf_bank, leaf_index}];
    value_o      <= leaf_q;
    leaf_bank_q  <= leaf_bank;
    bank_o       <= leaf_bank_q;
    leaf_index_q <= leaf_index;
    leaf_o       <= leaf_index_q;
  end

endmodule
