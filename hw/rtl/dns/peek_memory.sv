// Keeps the first beats of each frame in flight and reads 16 bytes from any place in them, a read a
// clock. What lies behind the kept beats reads as something.
module peek_memory (
  input  logic                            clk_i,

  input  logic                            write_i,
  input  logic [dns_pkg::SLOT_W-1:0]      write_slot_i,
  input  logic [2:0]                      write_beat_i,
  input  logic [frame_pkg::BEAT_BITS-1:0] write_data_i,

  input  logic [dns_pkg::SLOT_W-1:0]      slot_i,
  input  logic [dns_pkg::PLACE_W-1:0]     at_i,

  // Four clocks later.
  output logic [127:0]                    bytes_o
);

  localparam int WORD_W = 128;
  localparam int BANKS  = 4;
  localparam int ROW_W  = dns_pkg::SLOT_W + 3;

  wire logic [ROW_W-1:0] write_row = {write_slot_i, write_beat_i};
  wire logic [2:0]       beat      = at_i[8:6];
  wire logic [3:0]       wraps     = (4'd1 << at_i[5:4]) - 4'd1;  // banks below the first byte's

  // Clocks 1 and 2: the word with the first byte and the one behind it, through the memory's output
  // register. A bank below that of the first byte is read in the next beat.
  logic [WORD_W*BANKS-1:0] words_q;

  for (genvar b = 0; b < BANKS; b++) begin : g_bank
    logic [WORD_W-1:0] mem [0:(1<<ROW_W)-1];
    logic [WORD_W-1:0] read_q;

    wire logic [ROW_W-1:0] row = {slot_i, beat + {2'd0, wraps[b]}};

    always_ff @(posedge clk_i) begin
      if (write_i) mem[write_row] <= write_data_i[WORD_W*b +: WORD_W];
      read_q                     <= mem[row];
      words_q[WORD_W*b +: WORD_W] <= read_q;
    end
  end

  logic [5:0] at_late;
  delay_line #(.W(6), .N(2)) u_at (
    .clk_i, .rst_ni(1'b1), .data_i(at_i[5:0]), .data_o(at_late));

  // Clock 3: these two words side by side.
  logic [2*WORD_W-1:0] pair_q;
  logic [3:0]          fine_q;

  always_ff @(posedge clk_i) begin
    fine_q <= at_late[3:0];
    unique case (at_late[5:4])
      2'd0: pair_q <= words_q[255:0];
      2'd1: pair_q <= words_q[383:128];
      2'd2: pair_q <= words_q[511:256];
      2'd3: pair_q <= {words_q[127:0], words_q[511:384]};
    endcase
  end

  // Clock 4: the bytes.
  wire logic [2*WORD_W-1:0] moved = pair_q >> {fine_q, 3'd0};
  always_ff @(posedge clk_i) bytes_o <= moved[WORD_W-1:0];

endmodule
