// SipHash over five words (IPv6) or two (IPv4), a message in and a hash out every clock.
//
// An IPv4 message is two words long and joins the IPv6 pipe where word 3 enters: the words before
// it are zero, so that absorbing them does nothing, and the key's initial state is loaded at the
// end of the stage in front. Both families therefore leave in the order in which they came, after
// the same number of clocks.
//
// The last word may follow LAST_DELAY clocks after the others, as it is not absorbed before.
module siphash #(
  parameter int COMPRESSION  = 2,  // rounds a word
  parameter int FINALIZATION = 4,  // rounds at the end
  parameter int LAST_DELAY   = 0
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         valid_i,
  input  logic         ipv6_i,
  input  logic [127:0] key_i,
  input  logic [255:0] words_i,  // word w in bits 64w+63..64w; IPv4 has word 3 only

  input  logic [63:0]  last_i,   // LAST_DELAY clocks later: the last word, with the length on top

  output logic         valid_o,
  output logic [63:0]  hash_o
);

  localparam int ABSORB  = 2 * COMPRESSION;  // stages a word, half a round each
  localparam int WORDS   = 5;
  localparam int JOIN    = 3 * ABSORB;       // the stage in which word 3 enters
  localparam int STAGES  = WORDS * ABSORB + 2 * FINALIZATION;
  localparam int LATENCY = siphash_pkg::latency(COMPRESSION, FINALIZATION);

  if (LATENCY != STAGES + 2) begin : g_check_latency
    $fatal(1, "siphash: siphash_pkg::latency is wrong");
  end
  if (LAST_DELAY < 0 || LAST_DELAY > siphash_pkg::last_word_stage(COMPRESSION)) begin : g_check_last
    $fatal(1, "siphash: the last word comes too late");
  end

  // Validity of what is in each stage, and the family as far as it matters.
  logic [LATENCY-1:0] valid_q;
  logic [JOIN-1:0]    ipv6_q;
  always_ff @(posedge clk_i) begin
    valid_q <= rst_ni ? {valid_q[LATENCY-2:0], valid_i} : '0;
    ipv6_q  <= {ipv6_q[JOIN-2:0], ipv6_i};
  end

  // Each word twice: as it is xored into v3 when it enters and into v0 a word later.
  logic [64*WORDS-1:0] enters;
  logic [64*WORDS-1:0] leaves;

  for (genvar w = 0; w < WORDS; w++) begin : g_word
    if (w < 3) begin : g_address
      delay_line #(.W(64), .N(w * ABSORB + 1)) u_enter (
        .clk_i, .rst_ni, .data_i(ipv6_i ? words_i[64*w +: 64] : 64'd0),
        .data_o(enters[64*w +: 64]));
    end else if (w == 3) begin : g_join
      delay_line #(.W(64), .N(w * ABSORB + 1)) u_enter (
        .clk_i, .rst_ni, .data_i(words_i[64*w +: 64]), .data_o(enters[64*w +: 64]));
    end else begin : g_last
      delay_line #(.W(64), .N(w * ABSORB + 1 - LAST_DELAY)) u_enter (
        .clk_i, .rst_ni, .data_i(last_i), .data_o(enters[64*w +: 64]));
    end
    delay_line #(.W(64), .N(ABSORB)) u_leave (
      .clk_i, .rst_ni, .data_i(enters[64*w +: 64]), .data_o(leaves[64*w +: 64]));
  end

  // The key's initial state, for an IPv6 message in the first stage and for an IPv4 one at the
  // join.
  logic [127:0] key_first;
  logic [127:0] key_join;
  delay_line #(.W(128), .N(1)) u_key_first (
    .clk_i, .rst_ni, .data_i(key_i), .data_o(key_first));
  delay_line #(.W(128), .N(JOIN - 1)) u_key_join (
    .clk_i, .rst_ni, .data_i(key_first), .data_o(key_join));

  // The rounds: stage i takes g_stage[i].state and registers g_stage[i].state_q.
  for (genvar i = 0; i < STAGES; i++) begin : g_stage
    logic [255:0] state;
    logic [255:0] absorbed;
    logic [255:0] mixed;
    logic [255:0] state_q;

    if (i == 0) begin : g_first
      assign state = siphash_pkg::init(key_first);
    end else begin : g_next
      assign state = g_stage[i-1].state_q;
    end

    if (i == 0) begin : g_head
      assign absorbed = {state[255:192] ^ enters[63:0], state[191:0]};
    end else if (i % ABSORB == 0 && i / ABSORB < WORDS) begin : g_body
      assign absorbed = {state[255:192] ^ enters[64*(i/ABSORB) +: 64], state[191:64],
                         state[63:0] ^ leaves[64*(i/ABSORB-1) +: 64]};
    end else if (i == WORDS * ABSORB) begin : g_final
      assign absorbed = {state[255:192], state[191:128] ^ 64'hff, state[127:64],
                         state[63:0] ^ leaves[64*(WORDS-1) +: 64]};
    end else begin : g_pass
      assign absorbed = state;
    end

    if (i % 2 == 0) begin : g_half_a
      assign mixed = siphash_pkg::half_a(absorbed);
    end else begin : g_half_b
      assign mixed = siphash_pkg::half_b(absorbed);
    end

    if (i == JOIN - 1) begin : g_loading
      always_ff @(posedge clk_i) state_q <= ipv6_q[i] ? mixed : siphash_pkg::init(key_join);
    end else begin : g_plain
      always_ff @(posedge clk_i) state_q <= mixed;
    end
  end

  always_ff @(posedge clk_i) begin
    hash_o <= g_stage[STAGES-1].state_q[255:192] ^ g_stage[STAGES-1].state_q[191:128]
            ^ g_stage[STAGES-1].state_q[127:64]  ^ g_stage[STAGES-1].state_q[63:0];
  end

  assign valid_o = valid_q[LATENCY-1];

endmodule
