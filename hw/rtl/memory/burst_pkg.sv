// What the two memory kernels share: how they cut a transfer into AXI bursts, and how a frame lies
// in memory, as a beat with its length in front of its own beats.
package burst_pkg;

  localparam int MAX_BEATS = 16;

  localparam logic [2:0] SIZE_64_BYTES = 3'd6;
  localparam logic [1:0] INCREMENTING  = 2'd1;

  // Beats of the next burst: no burst crosses 4096 bytes (AXI4, section A3.4.1).
  function automatic logic [4:0] beats(input logic [63:0] address, input logic [31:0] left);
    logic [6:0] to_boundary;
    to_boundary = 7'd64 - {1'b0, address[11:6]};
    beats = to_boundary < 7'(burst_pkg::MAX_BEATS) ? to_boundary[4:0] : 5'(burst_pkg::MAX_BEATS);
    if (left < {27'd0, beats}) beats = left[4:0];
  endfunction

endpackage
