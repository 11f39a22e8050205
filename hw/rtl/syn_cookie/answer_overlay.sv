// Lays the headers of a SYN-ACK over the beats of its SYN, in three clocks. Other beats pass.
//
// IP and TCP headers start 2 bytes off a 32-bit boundary of the frame, so everything is done on a
// grid of words that is shifted by 2 bytes: word w of a beat covers its bytes 4w-2 to 4w+1, and 17
// words cover the beat.
module answer_overlay (
  input  logic                            clk_i,

  input  logic                            overlay_i,
  input  logic [1:0]                      index_i,  // of the beat; 3 stands for all later ones
  input  syn_cookie_pkg::answer_t         answer_i,
  input  logic [frame_pkg::BEAT_BITS-1:0] data_i,

  // Three clocks later.
  output logic [frame_pkg::BEAT_BITS-1:0] data_o,
  output logic [frame_pkg::BEAT_BITS-1:0] original_o  // the beat as it came
);

  localparam int GRID      = 17;
  localparam int TCP_WORDS = 15;
  localparam int IP_WORDS  = 10;
  localparam logic [31:0] NO_OPERATIONS = 32'h01010101;

  // Place of the beat's first grid word, and of the TCP header, from the start of the IP header.
  wire logic signed [7:0] ip_place  = $signed({2'd0, index_i, 4'd0})
                                    - 8'sd4 - $signed({6'd0, answer_i.vlan_tags});
  wire logic signed [7:0] tcp_place = ip_place - $signed({2'd0, answer_i.ip_words});
  wire logic              overlaps  = overlay_i && index_i != 2'd3;

  // Clock 1: which words come from where, and the TCP header moved by whole groups of 8 words.
  // Word k of it comes to stand at grid word k - tcp_place; `shift` is that with an offset that
  // makes it positive.
  localparam int OFFSET = TCP_WORDS - 1;
  wire logic signed [7:0] shift = 8'(OFFSET) - tcp_place;

  logic [frame_pkg::BEAT_BITS-1:0] data_q;
  logic                            first_q;
  logic [GRID-1:0]                 ip_here_q;
  logic [GRID-1:0]                 nop_here_q;
  logic [GRID-1:0]                 tcp_here_q;
  logic [GRID-1:0]                 next_header_q;
  logic [32*GRID-1:0]              ip_q;
  logic [32*(TCP_WORDS+24)-1:0]    tcp_q;
  logic [2:0]                      fine_q;

  // The IP header lies in the first beat, behind up to two tags.
  logic [32*GRID-1:0] ip;
  always_comb begin
    unique case (answer_i.vlan_tags)
      2'd0:    ip = {96'd0, answer_i.ip, 128'd0};
      2'd1:    ip = {64'd0, answer_i.ip, 160'd0};
      default: ip = {32'd0, answer_i.ip, 192'd0};
    endcase
  end

  always_ff @(posedge clk_i) begin
    data_q  <= data_i;
    first_q <= overlaps && index_i == 2'd0;
    ip_q    <= ip;
    fine_q  <= shift[2:0];
    tcp_q   <= (32*(TCP_WORDS+24))'(answer_i.tcp) << {shift[4:3], 8'd0};
    for (int w = 0; w < GRID; w++) begin
      ip_here_q[w]     <= overlaps && ip_place + $signed(8'(w)) >= 8'sd0
                       && ip_place + $signed(8'(w)) < (answer_i.ipv6 ? 8'sd10 : 8'sd5);
      next_header_q[w] <= answer_i.ipv6 && ip_place + $signed(8'(w)) == 8'sd1;
      nop_here_q[w]    <= overlaps && !answer_i.ipv6 && ip_place + $signed(8'(w)) >= 8'sd5
                       && tcp_place + $signed(8'(w)) < 8'sd0;
      tcp_here_q[w]    <= overlaps && tcp_place + $signed(8'(w)) >= 8'sd0
                       && tcp_place + $signed(8'(w)) < $signed({4'd0, answer_i.tcp_words});
    end
  end

  // Clock 2: the TCP header moved by single words; the rest is chosen.
  logic [frame_pkg::BEAT_BITS-1:0] data_late_q;
  logic                            first_late_q;
  logic [GRID-1:0]                 change_q;
  logic [GRID-1:0]                 tcp_late_q;
  logic [GRID-1:0]                 next_header_late_q;
  logic [32*GRID-1:0]              others_q;
  logic [32*GRID-1:0]              tcp_grid_q;

  wire logic [32*(TCP_WORDS+31)-1:0] moved = (32*(TCP_WORDS+31))'(tcp_q) << {fine_q, 5'd0};

  always_ff @(posedge clk_i) begin
    data_late_q        <= data_q;
    first_late_q       <= first_q;
    tcp_late_q         <= tcp_here_q;
    change_q           <= ip_here_q | nop_here_q | tcp_here_q;
    next_header_late_q <= next_header_q;
    tcp_grid_q         <= moved[32*OFFSET +: 32*GRID];
    for (int w = 0; w < GRID; w++) begin
      others_q[32*w +: 32] <= nop_here_q[w] ? NO_OPERATIONS : ip_q[32*w +: 32];
    end
  end

  // Clock 3: the words into the beat, and the MAC addresses exchanged.
  wire logic [frame_pkg::BEAT_BITS-1:0] swapped =
      first_late_q ? {data_late_q[frame_pkg::BEAT_BITS-1:96], data_late_q[47:0], data_late_q[95:48]}
                   : data_late_q;
  wire logic [32*GRID-1:0] unchanged = {16'd0, swapped, 16'd0};

  logic [32*GRID-1:0] changed;
  always_comb begin
    for (int w = 0; w < GRID; w++) begin
      changed[32*w +: 32] = !change_q[w]  ? unchanged[32*w +: 32]
                        : tcp_late_q[w] ? tcp_grid_q[32*w +: 32]
                                        : others_q[32*w +: 32];
      // The next header of IPv6 stays as it is.
      if (next_header_late_q[w]) changed[32*w+16 +: 8] = unchanged[32*w+16 +: 8];
    end
  end

  always_ff @(posedge clk_i) begin
    data_o     <= changed[16 +: frame_pkg::BEAT_BITS];
    original_o <= data_late_q;
  end

endmodule
