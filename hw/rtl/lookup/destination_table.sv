// What the policy says about a destination address: the profile of the longest prefix that holds
// it, and whether the source is one that is left to the host. Two lookups side by side, one result
// a clock, LATENCY clocks after the addresses.
//
// All tables have two banks, which are exchanged together.
module destination_table #(
  parameter int LEVELS        = 4,  // of the tree of destinations
  parameter int SOURCE_LEVELS = 2,  // of the tree of sources
  parameter int PROFILE_BITS  = 6,  // 2^PROFILE_BITS profiles
  parameter int LATENCY       = 38
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,

  input  table_write_pkg::write_t  write_i,
  input  logic                     bank_i,  // the one that lookups use

  input  logic [127:0]             source_i,
  input  logic [127:0]             destination_i,

  output logic [2*LEVELS-1:0]      range_o,   // which range of destinations it is
  output lookup_pkg::profile_t     profile_o,
  output logic                     leave_o  // the source's packets are left to the host
);

  localparam int SEARCH        = lookup_pkg::search_clocks(LEVELS);
  localparam int SOURCE_SEARCH = lookup_pkg::search_clocks(SOURCE_LEVELS);
  localparam int PROFILE       = 2;

  if (LATENCY < SEARCH + PROFILE || LATENCY < SOURCE_SEARCH) begin : g_check_latency
    $fatal(1, "destination_table: LATENCY is too short for so many levels");
  end

  wire logic write_bank = !bank_i;

  logic                    found_bank;
  logic [2*LEVELS-1:0]     found_range;
  logic [PROFILE_BITS-1:0] found;

  range_search #(.KEY_W(128), .LEVELS(LEVELS), .VALUE_W(PROFILE_BITS)) u_destinations (
    .clk_i, .rst_ni,
    .write_node_i(write_i.valid && write_i.target == table_write_pkg::DESTINATION_NODE),
    .write_leaf_i(write_i.valid && write_i.target == table_write_pkg::DESTINATION_LEAF),
    .write_bank_i(write_bank), .write_level_i(write_i.level),
    .write_index_i(write_i.index[2*LEVELS-1:0]), .write_data_i(write_i.data),
    .bank_i, .key_i(lookup_pkg::number(destination_i)), .bank_o(found_bank),
    .leaf_o(found_range), .value_o(found));

  delay_line #(.W(2 * LEVELS), .N(LATENCY - SEARCH)) u_range (
    .clk_i, .rst_ni, .data_i(found_range), .data_o(range_o));

  // The profile, through the memory's output register.
  logic [lookup_pkg::PROFILE_W-1:0] profiles [0:2*(1<<PROFILE_BITS)-1];
  logic [lookup_pkg::PROFILE_W-1:0] read_q;
  logic [lookup_pkg::PROFILE_W-1:0] profile_q;

  always_ff @(posedge clk_i) begin
    if (write_i.valid && write_i.target == table_write_pkg::PROFILE) begin
      profiles[{write_bank, write_i.index[PROFILE_BITS-1:0]}]
        <= write_i.data[lookup_pkg::PROFILE_W-1:0];
    end
    read_q    <= profiles[{found_bank, found}];
    profile_q <= read_q;
  end

  delay_line #(.W(lookup_pkg::PROFILE_W), .N(LATENCY - SEARCH - PROFILE)) u_profile (
    .clk_i, .rst_ni, .data_i(profile_q), .data_o(profile_o));

  logic leave;

  range_search #(.KEY_W(128), .LEVELS(SOURCE_LEVELS), .VALUE_W(1)) u_sources (
    .clk_i, .rst_ni,
    .write_node_i(write_i.valid && write_i.target == table_write_pkg::SOURCE_NODE),
    .write_leaf_i(write_i.valid && write_i.target == table_write_pkg::SOURCE_LEAF),
    .write_bank_i(write_bank), .write_level_i(write_i.level),
    .write_index_i(write_i.index[2*SOURCE_LEVELS-1:0]), .write_data_i(write_i.data),
    .bank_i, .key_i(lookup_pkg::number(source_i)), .bank_o(), .leaf_o(), .value_o(leave));

  delay_line #(.W(1), .N(LATENCY - SOURCE_SEARCH)) u_leave (
    .clk_i, .rst_ni, .data_i(leave), .data_o(leave_o));

endmodule
