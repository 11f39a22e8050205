// SipHash (Aumasson and Bernstein, 2012): its constants and the two halves of a SipRound, each one
// adder deep. The state is the flat vector {v3, v2, v1, v0}.
package siphash_pkg;

  localparam logic [255:0] IV = {64'h7465646279746573, 64'h6c7967656e657261,
                                 64'h646f72616e646f6d, 64'h736f6d6570736575};

  function automatic logic [255:0] init(input logic [127:0] key);
    init = {key, key} ^ siphash_pkg::IV;
  endfunction

  function automatic logic [63:0] rotl(input logic [63:0] x, input integer n);
    rotl = (x << n) | (x >> (64 - n));
  endfunction

  function automatic logic [255:0] half_a(input logic [255:0] s);
    logic [63:0] v0, v1, v2, v3;
    {v3, v2, v1, v0} = s;
    v0 = v0 + v1;
    v2 = v2 + v3;
    v1 = siphash_pkg::rotl(v1, 13) ^ v0;
    v3 = siphash_pkg::rotl(v3, 16) ^ v2;
    v0 = siphash_pkg::rotl(v0, 32);
    half_a = {v3, v2, v1, v0};
  endfunction

  function automatic logic [255:0] half_b(input logic [255:0] s);
    logic [63:0] v0, v1, v2, v3;
    {v3, v2, v1, v0} = s;
    v0 = v0 + v3;
    v2 = v2 + v1;
    v3 = siphash_pkg::rotl(v3, 21) ^ v0;
    v1 = siphash_pkg::rotl(v1, 17) ^ v2;
    v2 = siphash_pkg::rotl(v2, 32);
    half_b = {v3, v2, v1, v0};
  endfunction

  // Clocks that three rounds of finalization and joining the state take.
  localparam int FINISH_CLOCKS = 2 * 3 + 1;

  // Clocks from a message's entry to its hash, with half a SipRound a stage, an input and an output
  // register; and the clock in which the last word is absorbed, counted from the first one.
  function automatic integer latency(input integer compression, input integer finalization);
    latency = 2 * (5 * compression + finalization) + 2;
  endfunction

  function automatic integer last_word_stage(input integer compression);
    last_word_stage = 4 * 2 * compression;
  endfunction

endpackage
