// Moves the transport header, wherever it starts, to the front: the 60 bytes that stand `words_i`
// 32-bit words behind the IP header's start, in three clocks. The distance is at least 5 words.
module transport_align (
  input  logic                              clk_i,
  input  logic [frame_pkg::IP_BITS-1:0]     ip_bytes_i,
  input  logic [5:0]                        words_i,
  output logic [8*frame_pkg::TCP_BYTES-1:0] header_o
);

  localparam int MIN_WORDS = 5;
  localparam int WORDS     = frame_pkg::TCP_BYTES / 4;
  // Each clock moves by 0 to 3 units of 16, 4 and 1 words and keeps what can still be reached.
  localparam int AFTER16 = WORDS + 15;
  localparam int AFTER4  = WORDS + 3;
  localparam int INPUT   = AFTER16 + 48;

  wire logic [5:0]          shift  = words_i - 6'(MIN_WORDS);
  wire logic [32*INPUT-1:0] source = (32*INPUT)'(ip_bytes_i[frame_pkg::IP_BITS-1:32*MIN_WORDS]);

  logic [3:0]            shift_q;
  logic [1:0]            shift_late_q;
  logic [32*AFTER16-1:0] by16_q;
  logic [32*AFTER4-1:0]  by4_q;

  always_ff @(posedge clk_i) begin
    shift_q      <= shift[3:0];
    shift_late_q <= shift_q[1:0];
    by16_q       <= source[32*16*shift[5:4] +: 32*AFTER16];
    by4_q        <= by16_q[32*4*shift_q[3:2] +: 32*AFTER4];
    header_o     <= by4_q[32*shift_late_q +: 32*WORDS];
  end

endmodule
