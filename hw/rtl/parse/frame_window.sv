// Turns frames, a beat a clock, into one record each: the first 192 bytes, the length, and the sum
// of what lies behind them up to the end of the IP packet, so that a checksum over a whole segment
// can be verified from the record alone. A record leaves LATENCY clocks after its frame's last
// beat, at most one a clock.
//
// The end of the IP packet is read ahead of the parser. For a frame that turns out not to be IP the
// sum means nothing.
module frame_window #(
  // Something to carry from a frame's first beat, and from its last one, to its record.
  parameter int STAMP_W = 1,
  parameter int END_W   = 1
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,

  input  logic                            valid_i,
  input  logic [frame_pkg::BEAT_BITS-1:0] data_i,
  input  logic [6:0]                      bytes_i,  // 1 to 64; 64 but in the last beat
  input  logic                            first_i,
  input  logic                            last_i,
  input  logic [STAMP_W-1:0]              stamp_i,
  input  logic [END_W-1:0]                end_i,

  output logic                              valid_o,
  output logic [frame_pkg::WINDOW_BITS-1:0] window_o,
  output logic [frame_pkg::LENGTH_W-1:0]    length_o,
  output logic [15:0]                       tail_sum_o,
  output logic [STAMP_W-1:0]                stamp_o,
  output logic [END_W-1:0]                  end_o
);

  localparam int BEAT_BITS = frame_pkg::BEAT_BITS;
  localparam int LENGTH_W  = frame_pkg::LENGTH_W;
  localparam int WORDS     = frame_pkg::BEAT_BYTES / 2;
  localparam int SUM       = 3 + sum_tree_pkg::latency(WORDS);  // clocks to a beat's sum

  // Clock 1: where the beat stands in its frame. The end of the IP packet is in the first beat.
  logic [1:0]           index_q;  // 3 stands for all later beats
  logic                 valid_q;
  logic                 first_q;
  logic [BEAT_BITS-1:0] data_q;

  always_ff @(posedge clk_i) begin
    valid_q <= rst_ni && valid_i;
    first_q <= first_i;
    data_q  <= data_i;
    if (valid_i) index_q <= first_i ? 2'd0 : index_q + 2'(index_q != 2'd3);
  end

  logic [16:0] ip_end;
  ip_end_peek u_ip_end_peek (.clk_i, .beat_i(data_i), .ip_end_o(ip_end));

  // Clock 2: how much of the packet is left at the start of the beat.
  logic [16:0]          left_q;
  logic                 tail_q;
  logic [BEAT_BITS-1:0] tail_data_q;

  always_ff @(posedge clk_i) begin
    if (valid_q) begin
      left_q <= first_q ? ip_end
              : left_q[16:6] != '0 ? {left_q[16:6] - 11'd1, left_q[5:0]} : '0;
    end
    tail_q      <= valid_q && index_q == 2'd3;
    tail_data_q <= data_q;
  end

  // Clock 3: bytes of the packet's tail, all others zero. The first byte of each pair is the upper.
  logic [BEAT_BITS-1:0] words_q;

  always_ff @(posedge clk_i) begin
    for (int i = 0; i < WORDS; i++) begin
      words_q[16*i+8 +: 8] <= tail_q && left_q > 17'(2*i)   ? tail_data_q[16*i +: 8]   : 8'd0;
      words_q[16*i   +: 8] <= tail_q && left_q > 17'(2*i+1) ? tail_data_q[16*i+8 +: 8] : 8'd0;
    end
  end

  logic [31:0] beat_sum;
  sum_tree #(.N(WORDS)) u_sum (.clk_i, .words_i(words_q), .sum_o(beat_sum));

  // The beat again when its sum is there.
  logic                 valid;
  logic                 first;
  logic                 last;
  logic [1:0]           index;
  logic [6:0]           bytes;
  logic [STAMP_W-1:0]   stamp;
  logic [END_W-1:0]     at_end;
  logic [BEAT_BITS-1:0] data;
  logic [SUM-1:0]       valid_line_q;

  always_ff @(posedge clk_i) valid_line_q <= rst_ni ? {valid_line_q[SUM-2:0], valid_i} : '0;
  assign valid = valid_line_q[SUM-1];

  delay_line #(.W(BEAT_BITS + STAMP_W + END_W + 9), .N(SUM)) u_beat (
    .clk_i, .rst_ni, .data_i({data_i, stamp_i, end_i, bytes_i, first_i, last_i}),
    .data_o({data, stamp, at_end, bytes, first, last}));
  delay_line #(.W(2), .N(SUM - 1)) u_index (
    .clk_i, .rst_ni, .data_i(index_q), .data_o(index));

  // The record is filled beat by beat.
  logic                              done_q;
  logic [frame_pkg::WINDOW_BITS-1:0] window_q;
  logic [LENGTH_W-1:0]               length_q;
  logic [31:0]                       sum_q;
  logic [STAMP_W-1:0]                stamp_q;
  logic [END_W-1:0]                  end_q;

  always_ff @(posedge clk_i) begin
    done_q <= rst_ni && valid && last;
    if (valid) begin
      length_q <= (first ? '0 : length_q) + LENGTH_W'(bytes);
      sum_q    <= (first ? '0 : sum_q) + beat_sum;
      end_q    <= at_end;
      if (first) begin
        window_q <= {{(frame_pkg::WINDOW_BITS - BEAT_BITS){1'b0}}, data};
        stamp_q  <= stamp;
      end
      if (index == 2'd1) window_q[BEAT_BITS +: BEAT_BITS] <= data;
      if (index == 2'd2) window_q[2*BEAT_BITS +: BEAT_BITS] <= data;
    end
  end

  always_ff @(posedge clk_i) begin
    valid_o    <= rst_ni && done_q;
    window_o   <= window_q;
    length_o   <= length_q;
    tail_sum_o <= frame_pkg::fold(sum_q);
    stamp_o    <= stamp_q;
    end_o      <= end_q;
  end

endmodule
