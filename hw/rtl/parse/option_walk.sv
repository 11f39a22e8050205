// Walks over a list of options, of IPv4 or TCP, which share the form: kind 0 ends the list, kind 1
// stands alone, every other kind is followed by the length of the whole option. Marks the byte in
// which each option with a length starts. The list is malformed if a length is below 2 or leads
// past the end, or is missing; what was marked before then is of no use.
//
// A clock judges every byte as if an option started there. Then the walk takes two bytes a clock.
module option_walk (
  input  logic                                clk_i,
  input  logic                                rst_ni,

  input  logic [frame_pkg::OPTIONS_BITS-1:0]  bytes_i,
  input  logic [5:0]                          length_i,  // of the list, 0 to 40; more means 0

  // frame_pkg::WALK_CLOCKS later.
  output logic [frame_pkg::OPTIONS_BITS-1:0]  bytes_o,
  output logic [frame_pkg::OPTIONS_BYTES-1:0] starts_o,
  output logic                                malformed_o
);

  localparam int BYTES = frame_pkg::OPTIONS_BYTES;
  localparam int STEPS = BYTES / 2;

  localparam logic [7:0] END_OF_LIST  = 8'd0;
  localparam logic [7:0] NO_OPERATION = 8'd1;

  // What an option at a byte would mean for the walk: {ends the list, a no-operation, has a wrong
  // length, bytes of the option behind this one}.
  localparam int JUDGE_W = 3 + 6;

  delay_line #(.W(frame_pkg::OPTIONS_BITS), .N(frame_pkg::WALK_CLOCKS)) u_bytes (
    .clk_i, .rst_ni, .data_i(bytes_i), .data_o(bytes_o));

  // Every byte's judgement, kept until the walk comes by.
  logic [JUDGE_W*BYTES-1:0] judgements;

  for (genvar i = 0; i < BYTES; i++) begin : g_judge
    wire logic [7:0] kind = bytes_i[8*i +: 8];
    // The byte behind the last one is never part of a list.
    wire logic [7:0] size    = i + 1 < BYTES ? bytes_i[8*((i+1) % BYTES) +: 8] : 8'd0;
    wire logic       in_list = length_i <= 6'(BYTES) && 6'(i) < length_i;
    wire logic [5:0] left    = length_i - 6'(i);

    wire logic       ends    = !in_list || kind == END_OF_LIST;
    wire logic       alone   = kind == NO_OPERATION;
    wire logic       wrong   = left < 6'd2 || size < 8'd2 || size > {2'd0, left};

    logic [JUDGE_W-1:0] judged_q;
    always_ff @(posedge clk_i) judged_q <= {ends, alone, wrong, size[5:0] - 6'd1};

    delay_line #(.W(JUDGE_W), .N(i / 2)) u_judged (
      .clk_i, .rst_ni, .data_i(judged_q), .data_o(judgements[JUDGE_W*i +: JUDGE_W]));
  end

  for (genvar s = 0; s < STEPS; s++) begin : g_step
    logic           malformed;
    logic           over;  // nothing behind is looked at
    logic [5:0]     skip;  // bytes to go to the next option

    logic [2*s+1:0] starts_q;  // of the bytes that have been walked over
    logic           malformed_q;
    logic           over_q;
    logic [5:0]     skip_q;

    if (s == 0) begin : g_first
      assign malformed = 1'b0;
      assign over      = 1'b0;
      assign skip      = '0;
    end else begin : g_next
      assign malformed = g_step[s-1].malformed_q;
      assign over      = g_step[s-1].over_q;
      assign skip      = g_step[s-1].skip_q;
    end

    // The two bytes of the step, one behind the other.
    logic       even_ends, even_alone, even_wrong;
    logic       odd_ends, odd_alone, odd_wrong;
    logic [5:0] even_hop, odd_hop;
    assign {even_ends, even_alone, even_wrong, even_hop} = judgements[JUDGE_W*(2*s) +: JUDGE_W];
    assign {odd_ends, odd_alone, odd_wrong, odd_hop} = judgements[JUDGE_W*(2*s+1) +: JUDGE_W];

    wire logic       even_here  = !over && skip == '0;
    wire logic       even_start = even_here && !even_ends && !even_alone;
    wire logic       over_even  = over || (even_here && even_ends) || (even_start && even_wrong);
    wire logic [5:0] skip_even  = skip != '0 ? skip - 6'd1 : even_start ? even_hop : '0;

    wire logic       odd_here   = !over_even && skip_even == '0;
    wire logic       odd_start  = odd_here && !odd_ends && !odd_alone;
    wire logic       over_odd   = over_even || (odd_here && odd_ends) || (odd_start && odd_wrong);
    wire logic [5:0] skip_odd   = skip_even != '0 ? skip_even - 6'd1 : odd_start ? odd_hop : '0;

    if (s == 0) begin : g_first_starts
      always_ff @(posedge clk_i) starts_q <= {odd_start, even_start};
    end else begin : g_next_starts
      always_ff @(posedge clk_i) starts_q <= {odd_start, even_start, g_step[s-1].starts_q};
    end

    always_ff @(posedge clk_i) begin
      malformed_q <= malformed || (even_start && even_wrong) || (odd_start && odd_wrong);
      over_q      <= over_odd;
      skip_q      <= skip_odd;
    end
  end

  assign starts_o    = g_step[STEPS-1].starts_q;
  assign malformed_o = g_step[STEPS-1].malformed_q;

endmodule
