// Reads the options of a TCP header: which there are, where they stand and what they say. The list
// is malformed, too, if an option that is known has a wrong length or occurs twice.
module tcp_options (
  input  logic                               clk_i,
  input  logic                               rst_ni,

  input  logic [frame_pkg::OPTIONS_BITS-1:0] bytes_i,
  input  logic [5:0]                         length_i,  // of the list

  // frame_pkg::TCP_OPTIONS_CLOCKS later.
  output frame_pkg::tcp_options_t            options_o,
  output logic                               malformed_o
);

  localparam int BYTES = frame_pkg::OPTIONS_BYTES;

  localparam logic [7:0] MSS            = 8'd2;  // RFC 9293, section 3.7.1
  localparam logic [7:0] WINDOW_SCALE   = 8'd3;  // RFC 7323, section 2
  localparam logic [7:0] SACK_PERMITTED = 8'd4;  // RFC 2018, section 2
  localparam logic [7:0] SACK           = 8'd5;  // RFC 2018, section 3
  localparam logic [7:0] TIMESTAMPS     = 8'd8;  // RFC 7323, section 3

  localparam logic [5:0] TCP_HEADER = 6'd20;

  logic [frame_pkg::OPTIONS_BITS-1:0] bytes;
  logic [BYTES-1:0]                   starts;
  logic                               malformed;

  option_walk u_walk (.clk_i, .rst_ni, .bytes_i, .length_i, .bytes_o(bytes), .starts_o(starts),
                      .malformed_o(malformed));

  // Clock 1: what starts in which byte, and whether its length is that of its kind.
  logic [frame_pkg::OPTIONS_BITS-1:0] bytes_q;
  logic             malformed_q;
  logic [BYTES-1:0] mss_q;
  logic [BYTES-1:0] window_scale_q;
  logic [BYTES-1:0] sack_permitted_q;
  logic [BYTES-1:0] sack_q;
  logic [BYTES-1:0] timestamps_q;
  logic [BYTES-1:0] wrong_q;

  always_ff @(posedge clk_i) begin
    bytes_q     <= bytes;
    malformed_q <= malformed;
    for (int i = 0; i < BYTES; i++) begin
      mss_q[i]            <= starts[i] && bytes[8*i +: 8] == MSS;
      window_scale_q[i]   <= starts[i] && bytes[8*i +: 8] == WINDOW_SCALE;
      sack_permitted_q[i] <= starts[i] && bytes[8*i +: 8] == SACK_PERMITTED;
      sack_q[i]           <= starts[i] && bytes[8*i +: 8] == SACK;
      timestamps_q[i]     <= starts[i] && bytes[8*i +: 8] == TIMESTAMPS;
      // A start in the last byte has no length, and the walk has found that.
      if (i + 1 < BYTES) begin
        unique case (bytes[8*i +: 8])
          MSS:            wrong_q[i] <= starts[i] && bytes[8*i+8 +: 8] != 8'd4;
          WINDOW_SCALE:   wrong_q[i] <= starts[i] && bytes[8*i+8 +: 8] != 8'd3;
          SACK_PERMITTED: wrong_q[i] <= starts[i] && bytes[8*i+8 +: 8] != 8'd2;
          SACK:           wrong_q[i] <= starts[i] && (bytes[8*i+8 +: 8] < 8'd10
                                                      || bytes[8*i+8 +: 3] != 3'd2);
          TIMESTAMPS:     wrong_q[i] <= starts[i] && bytes[8*i+8 +: 8] != 8'd10;
          default:        wrong_q[i] <= 1'b0;
        endcase
      end else begin
        wrong_q[i] <= 1'b0;
      end
    end
  end

  function automatic logic twice(input logic [BYTES-1:0] at);
    twice = (at & (at - 1'b1)) != '0;
  endfunction

  // From the start of the TCP header; 0 if there is none.
  function automatic logic [5:0] offset(input logic [BYTES-1:0] at);
    offset = '0;
    for (int i = 0; i < BYTES; i++) offset |= at[i] ? TCP_HEADER + 6'(i) : 6'd0;
  endfunction

  // Clock 2: offsets and values. Bytes are gathered by OR, as there is one start at most.
  logic [31:0] value;
  logic [31:0] echo;
  logic [15:0] mss;
  logic [7:0]  scale;

  always_comb begin
    value = '0;
    echo  = '0;
    mss   = '0;
    scale = '0;
    for (int i = 0; i < BYTES; i++) begin
      if (i + 10 <= BYTES) begin
        value |= {32{timestamps_q[i]}} & bytes_q[8*(i+2) +: 32];
        echo  |= {32{timestamps_q[i]}} & bytes_q[8*(i+6) +: 32];
      end
      if (i + 4 <= BYTES) mss   |= {16{mss_q[i]}} & bytes_q[8*(i+2) +: 16];
      if (i + 3 <= BYTES) scale |= {8{window_scale_q[i]}} & bytes_q[8*(i+2) +: 8];
    end
  end

  wire logic [3:0] capped = scale > {4'd0, frame_pkg::MAX_WINDOW_SCALE}
                          ? frame_pkg::MAX_WINDOW_SCALE : scale[3:0];

  always_ff @(posedge clk_i) begin
    malformed_o <= malformed_q || wrong_q != '0 || twice(mss_q) || twice(window_scale_q)
                || twice(sack_permitted_q) || twice(sack_q) || twice(timestamps_q);
    options_o.timestamp_value       <= frame_pkg::be32(value);
    options_o.timestamp_echo        <= frame_pkg::be32(echo);
    options_o.mss                   <= frame_pkg::be16(mss);
    options_o.window_scale          <= window_scale_q == '0 ? frame_pkg::NO_WINDOW_SCALE : capped;
    options_o.mss_offset            <= offset(mss_q);
    options_o.window_scale_offset   <= offset(window_scale_q);
    options_o.sack_permitted_offset <= offset(sack_permitted_q);
    options_o.timestamps_offset     <= offset(timestamps_q);
  end

endmodule
