// Inserts the metadata's 16 bytes into a stream of frames, behind the MAC addresses. What follows
// moves by 16 bytes; a frame whose last beat has no room for them becomes one beat longer.
module mark_insert (
  input  logic                            clk_i,
  input  logic                            rst_ni,

  input  logic                            valid_i,
  output logic                            ready_o,
  input  logic [frame_pkg::BEAT_BITS-1:0] data_i,
  input  logic [6:0]                      bytes_i,
  input  logic                            first_i,
  input  logic                            last_i,
  input  logic [127:0]                    mark_i,   // with the first beat

  output logic                            valid_o,
  input  logic                            ready_i,
  output logic [frame_pkg::BEAT_BITS-1:0] data_o,
  output logic [6:0]                      bytes_o,
  output logic                            last_o
);

  localparam int BITS = frame_pkg::BEAT_BITS;
  localparam int HEAD = 8 * mark_pkg::OFFSET;
  localparam int MARK = 8 * mark_pkg::BYTES;

  logic [MARK-1:0] carry_q;        // the bytes that the last beat pushed out
  logic [6:0]      carry_bytes_q;
  logic            flush_q;        // they are the rest of a frame

  wire logic       move  = ready_i || !valid_o;
  wire logic [6:0] grown = bytes_i + 7'(mark_pkg::BYTES);
  wire logic       fits  = grown <= 7'd64;

  assign ready_o = move && !flush_q;

  always_ff @(posedge clk_i) begin
    if (move) begin
      valid_o <= flush_q || valid_i;
      if (flush_q) begin
        data_o  <= BITS'(carry_q);
        bytes_o <= carry_bytes_q;
        last_o  <= 1'b1;
        flush_q <= 1'b0;
      end else begin
        data_o  <= first_i ? {data_i[BITS-MARK-1:HEAD], mark_i, data_i[HEAD-1:0]}
                           : {data_i[BITS-MARK-1:0], carry_q};
        bytes_o <= last_i && fits ? grown : 7'd64;
        last_o  <= last_i && fits;
        flush_q <= valid_i && last_i && !fits;
      end
    end
    if (valid_i && ready_o) begin
      carry_q       <= data_i[BITS-1 -: MARK];
      carry_bytes_q <= grown - 7'd64;
    end
    if (!rst_ni) begin
      valid_o <= 1'b0;
      flush_q <= 1'b0;
    end
  end

endmodule
