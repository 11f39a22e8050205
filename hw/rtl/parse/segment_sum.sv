// Verifies the checksum over a whole segment: the part of it that the window shows, the sum of the
// rest, and the pseudo-header, in one tree (RFC 9293, section 3.1; RFC 8200, section 8.1).
module segment_sum #(
  parameter int LATENCY = 8
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,

  input  logic [frame_pkg::IP_BITS-1:0] ip_bytes_i,
  input  logic [15:0]                   tail_sum_i,
  input  frame_pkg::ip_t                   ip_i,
  input  frame_pkg::transport_t         start_i,

  // LATENCY clocks later.
  output logic                          ok_o
);

  localparam int SHOWN  = frame_pkg::IP_BYTES / 2;  // words of the window behind Ethernet
  localparam int PSEUDO = 18;
  localparam int WORDS  = SHOWN + PSEUDO + 1;
  localparam int SUM    = 2 + sum_tree_pkg::latency(WORDS);

  if (LATENCY < SUM) begin : g_check
    $fatal(1, "segment_sum: LATENCY is too short");
  end

  // From the start of the IP header, as the window has it.
  wire logic [14:0] first = {7'd0, start_i.words, 2'd0};
  wire logic [14:0] behind = first + {1'b0, start_i.length};

  // ICMP over IPv4 has no pseudo-header.
  wire logic pseudo = ip_i.ipv6 || start_i.kind != frame_pkg::KIND_ICMP;

  logic [16*WORDS-1:0] words_q;

  always_ff @(posedge clk_i) begin
    for (int i = 0; i < SHOWN; i++) begin
      words_q[16*i+8 +: 8] <= 15'(2*i) >= first && 15'(2*i) < behind
                            ? ip_bytes_i[16*i +: 8] : 8'd0;
      words_q[16*i   +: 8] <= 15'(2*i) >= first && 15'(2*i+1) < behind
                            ? ip_bytes_i[16*i+8 +: 8] : 8'd0;
    end
    for (int i = 0; i < 8; i++) begin
      // The last two words of each address are those of an IPv4 address.
      words_q[16*(SHOWN+i)   +: 16] <= pseudo && (ip_i.ipv6 || i >= 6)
                                     ? frame_pkg::be16(ip_i.source[16*i +: 16]) : 16'd0;
      words_q[16*(SHOWN+8+i) +: 16] <= pseudo && (ip_i.ipv6 || i >= 6)
                                     ? frame_pkg::be16(ip_i.destination[16*i +: 16]) : 16'd0;
    end
    words_q[16*(SHOWN+16) +: 16] <= pseudo ? {8'd0, start_i.protocol} : 16'd0;
    words_q[16*(SHOWN+17) +: 16] <= pseudo ? 16'(start_i.length) : 16'd0;
    words_q[16*(SHOWN+18) +: 16] <= tail_sum_i;
  end

  logic [31:0] sum;
  logic        ok_q;

  sum_tree #(.N(WORDS)) u_sum (.clk_i, .words_i(words_q), .sum_o(sum));
  always_ff @(posedge clk_i) ok_q <= frame_pkg::folds_to_ones(sum);
  delay_line #(.W(1), .N(LATENCY - SUM)) u_ok (.clk_i, .rst_ni, .data_i(ok_q), .data_o(ok_o));

endmodule
