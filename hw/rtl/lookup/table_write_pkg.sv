// A write to one of the lookup tables, always into the bank that lookups do not use.
package table_write_pkg;

  localparam logic [3:0] DESTINATION_NODE = 4'd0;
  localparam logic [3:0] DESTINATION_LEAF = 4'd1;
  localparam logic [3:0] PROFILE          = 4'd2;
  localparam logic [3:0] SOURCE_NODE      = 4'd3;
  localparam logic [3:0] SOURCE_LEAF      = 4'd4;

  typedef struct packed {
    logic         valid;
    logic [3:0]   target;
    logic [3:0]   level;  // of a node
    logic [23:0]  index;  // of a node in its level, of a leaf, of a profile
    logic [383:0] data;
  } write_t;

endpackage
