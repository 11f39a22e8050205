// The options of a SYN-ACK, each where the SYN has it; what is not agreed to, and what is unknown,
// becomes no-operation. So an option that the SYN lacks cannot be in the answer.
module syn_ack_options (
  input  logic                               clk_i,

  input  frame_pkg::headers_t                headers_i,
  input  cookie_pkg::plan_t                  plan_i,
  input  logic [31:0]                        timestamp_i,  // to send

  // Two clocks later; zero behind the end of the options.
  output logic [frame_pkg::OPTIONS_BITS-1:0] bytes_o
);

  localparam int BYTES = frame_pkg::OPTIONS_BYTES;

  // One bit for the byte in which an option starts that is answered.
  function automatic logic [BYTES-1:0] starts(input logic answered, input logic [5:0] offset);
    for (int i = 0; i < BYTES; i++) starts[i] = answered && offset == 6'(20 + i);
  endfunction

  logic [BYTES-1:0] mss_q;
  logic [BYTES-1:0] scale_q;
  logic [BYTES-1:0] sack_q;
  logic [BYTES-1:0] timestamps_q;
  logic [BYTES-1:0] in_list_q;
  logic [31:0]      mss_bytes_q;
  logic [23:0]      scale_bytes_q;
  logic [79:0]      timestamps_bytes_q;

  always_ff @(posedge clk_i) begin
    mss_q        <= starts(plan_i.server_mss != '0, headers_i.options.mss_offset);
    scale_q      <= starts(plan_i.agreed.scale != cookie_pkg::NO_SCALE,
                           headers_i.options.window_scale_offset);
    sack_q       <= starts(plan_i.agreed.sack, headers_i.options.sack_permitted_offset);
    timestamps_q <= starts(plan_i.agreed.timestamps, headers_i.options.timestamps_offset);
    for (int i = 0; i < BYTES; i++) begin
      in_list_q[i] <= 6'(20 + i) < {headers_i.tcp_words, 2'd0};
    end
    // As they stand on the wire, first byte lowest.
    mss_bytes_q        <= {frame_pkg::be16(plan_i.server_mss), 8'd4, 8'd2};
    scale_bytes_q      <= {4'd0, plan_i.server_scale, 8'd3, 8'd3};
    timestamps_bytes_q <= {frame_pkg::be32(headers_i.options.timestamp_value),
                           frame_pkg::be32(timestamp_i), 8'd10, 8'd8};
  end

  localparam logic [15:0] SACK_BYTES   = {8'd2, 8'd4};
  localparam logic [7:0]  NO_OPERATION = 8'd1;

  // Options do not overlap, so at most one has something to say about a byte.
  logic [frame_pkg::OPTIONS_BITS-1:0] placed;
  logic [BYTES-1:0]                   covered;

  always_comb begin
    placed  = '0;
    covered = '0;
    for (int i = 0; i < BYTES; i++) begin
      for (int k = 0; k < 10; k++) begin
        if (i >= k) begin
          if (k < 4) begin
            placed[8*i +: 8] |= {8{mss_q[i-k]}} & mss_bytes_q[8*(k%4) +: 8];
            covered[i]       |= mss_q[i-k];
          end
          if (k < 3) begin
            placed[8*i +: 8] |= {8{scale_q[i-k]}} & scale_bytes_q[8*(k%3) +: 8];
            covered[i]       |= scale_q[i-k];
          end
          if (k < 2) begin
            placed[8*i +: 8] |= {8{sack_q[i-k]}} & SACK_BYTES[8*(k%2) +: 8];
            covered[i]       |= sack_q[i-k];
          end
          placed[8*i +: 8] |= {8{timestamps_q[i-k]}} & timestamps_bytes_q[8*k +: 8];
          covered[i]       |= timestamps_q[i-k];
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    for (int i = 0; i < BYTES; i++) begin
      bytes_o[8*i +: 8] <= covered[i] ? placed[8*i +: 8] : in_list_q[i] ? NO_OPERATION : 8'd0;
    end
  end

endmodule
