// Writes frames into memory, each behind a beat with its length, one burst after the other. A frame
// that does not fit into what is left of the buffer is dropped.
module s2mm_write (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         start_i,
  input  logic [63:0]  address_i,
  input  logic [31:0]  capacity_i,  // in beats

  input  logic         length_valid_i,
  output logic         length_ready_o,
  input  logic [13:0]  length_i,
  input  logic         valid_i,
  output logic         ready_o,
  input  logic [511:0] data_i,

  output logic         awvalid_o,
  input  logic         awready_i,
  output logic [63:0]  awaddr_o,
  output logic [7:0]   awlen_o,
  output logic         wvalid_o,
  input  logic         wready_i,
  output logic [511:0] wdata_o,
  output logic         wlast_o,
  input  logic         bvalid_i,
  output logic         bready_o,

  output logic [31:0]  beats_o,    // of whole frames in memory
  output logic [31:0]  frames_o,
  output logic [31:0]  dropped_o
);

  typedef enum logic [2:0] {IDLE, FIT, DROP, BURST, ADDRESS, DATA, RESPONSE} state_t;

  localparam int BEATS_W = 9;  // of a frame's beats

  state_t             state_q;
  logic [31:0]        room_q;        // beats of the buffer that are free
  logic [BEATS_W-1:0] needs_q;       // beats of the frame, the one with the length included
  logic               head_q;        // the beat with the length comes next
  logic [BEATS_W-1:0] left_q;        // beats of the frame, that one included
  logic [4:0]         burst_left_q;
  logic [63:0]        next_q;

  wire logic fits = 32'(needs_q) <= room_q;

  wire logic moves = state_q == DATA && wvalid_o && wready_i;
  wire logic drops = state_q == DROP && valid_i;
  wire logic done  = state_q == RESPONSE && bvalid_i && left_q == '0;

  assign awvalid_o = state_q == ADDRESS;
  assign awlen_o   = {3'd0, burst_left_q} - 8'd1;
  assign wvalid_o  = state_q == DATA && (head_q || valid_i);
  assign wdata_o   = head_q ? 512'(length_i) : data_i;
  assign wlast_o   = burst_left_q == 5'd1;
  assign bready_o  = state_q == RESPONSE;
  assign ready_o   = (moves && !head_q) || drops;

  assign length_ready_o = done || (drops && left_q == BEATS_W'(1));

  always_ff @(posedge clk_i) begin
    unique case (state_q)
      IDLE: if (length_valid_i) begin
        state_q <= FIT;
        needs_q <= BEATS_W'(length_i[13:6]) + BEATS_W'(length_i[5:0] != '0) + BEATS_W'(1);
      end
      FIT: begin
        state_q <= fits ? BURST : DROP;
        left_q  <= fits ? needs_q : needs_q - 1'b1;
        head_q  <= 1'b1;
      end
      DROP: if (drops) begin
        left_q <= left_q - 1'b1;
        if (left_q == BEATS_W'(1)) begin
          state_q   <= IDLE;
          dropped_o <= dropped_o + 1'b1;
        end
      end
      BURST: begin
        state_q      <= ADDRESS;
        burst_left_q <= burst_pkg::beats(awaddr_o, 32'(left_q));
      end
      ADDRESS: if (awready_i) begin
        state_q <= DATA;
        next_q  <= awaddr_o + {53'd0, burst_left_q, 6'd0};
      end
      DATA: if (moves) begin
        head_q       <= 1'b0;
        left_q       <= left_q - 1'b1;
        burst_left_q <= burst_left_q - 1'b1;
        if (wlast_o) state_q <= RESPONSE;
      end
      RESPONSE: if (bvalid_i) begin
        awaddr_o <= next_q;
        state_q  <= left_q == '0 ? IDLE : BURST;
        if (left_q == '0) begin
          room_q   <= room_q - 32'(needs_q);
          beats_o  <= beats_o + 32'(needs_q);
          frames_o <= frames_o + 1'b1;
        end
      end
      default: state_q <= IDLE;
    endcase
    if (start_i) begin
      awaddr_o  <= address_i;
      room_q    <= capacity_i;
      beats_o   <= '0;
      frames_o  <= '0;
      dropped_o <= '0;
    end
    if (!rst_ni) begin
      state_q   <= IDLE;
      beats_o   <= '0;
      frames_o  <= '0;
      dropped_o <= '0;
    end
  end

endmodule
