// What the lookups and those who fill their tables share.
package lookup_pkg;

  // Clocks that a search takes: a memory with an output register and a comparison for each level,
  // and the leaf.
  function automatic integer search_clocks(input integer levels);
    search_clocks = 3 * levels + 2;
  endfunction

  // An address as a number, from its bytes in the order of the wire.
  function automatic logic [127:0] number(input logic [127:0] address);
    for (int i = 0; i < 16; i++) number[8*i +: 8] = address[8*(15-i) +: 8];
  endfunction

  // What is done about TCP to one port.
  typedef struct packed {
    logic answer;    // SYNs are answered with a cookie
    logic validate;  // cookies that come back are checked
  } mode_t;

  // A range of ports that has a mode of its own. An unused one has first above last.
  typedef struct packed {
    logic [15:0] first_port;
    logic [15:0] last_port;
    mode_t       mode;
  } service_t;

  localparam int SERVICES  = 4;
  localparam int SERVICE_W = 2 * 16 + 2;

  // How packets to a destination are treated, and what its server offers.
  typedef struct packed {
    logic [SERVICES*SERVICE_W-1:0] services;
    logic [15:0] window;            // of SYN-ACKs
    logic [15:0] mss;
    logic        sack;
    logic        timestamps;
    logic [3:0]  window_scale;      // 15: none
    logic [3:0]  next_window_scale; // from the slot below on
    logic [7:0]  next_slot;
    mode_t       mode;              // of ports that no service names
  } profile_t;

  localparam int PROFILE_W = SERVICES * SERVICE_W + 16 + 16 + 1 + 1 + 4 + 4 + 8 + 2;

endpackage
