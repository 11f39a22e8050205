// Takes frames from the bus: counts the bytes of each beat, stamps each frame with the time of its
// first beat, and lets a frame begin only when its verdict will find room. A frame that is longer
// than MAX_BEATS is cut there and marked, so that it cannot fill the store and block it for ever.
module frame_ingress #(
  parameter int MAX_BEATS = 150
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,

  input  logic                            tvalid_i,
  output logic                            tready_o,
  input  logic [frame_pkg::BEAT_BITS-1:0] tdata_i,
  input  logic [63:0]                     tkeep_i,
  input  logic                            tlast_i,
  input  logic                            tuser_i,   // with the last beat: received with an error

  input  syn_cookie_pkg::stamp_t          now_i,
  input  logic                            store_ready_i,
  input  logic                            verdict_room_i,

  output logic                            valid_o,
  output logic [frame_pkg::BEAT_BITS-1:0] data_o,
  output logic [6:0]                      bytes_o,
  output logic                            first_o,
  output logic                            last_o,
  output logic                            error_o,     // with the last beat
  output logic                            oversize_o,  // with the last beat
  output syn_cookie_pkg::stamp_t          stamp_o
);

  localparam int BEAT_BITS = frame_pkg::BEAT_BITS;
  localparam int COUNT_W   = $clog2(MAX_BEATS + 1);

  // The bus ends in one buffer, the byte count in a second.
  logic                 bus_valid;
  logic                 bus_ready;
  logic [BEAT_BITS-1:0] bus_data;
  logic [63:0]          bus_keep;
  logic                 bus_last;
  logic                 bus_user;

  skid_buffer #(.W(BEAT_BITS + 66)) u_bus (
    .clk_i, .rst_ni, .valid_i(tvalid_i), .ready_o(tready_o),
    .data_i({tdata_i, tkeep_i, tlast_i, tuser_i}), .valid_o(bus_valid), .ready_i(bus_ready),
    .data_o({bus_data, bus_keep, bus_last, bus_user}));

  // The bytes of a beat stand together, so their number is the place of the highest one.
  logic [6:0] bus_bytes;
  always_comb begin
    bus_bytes = '0;
    for (int i = 0; i < 64; i++) begin
      bus_bytes |= {7{bus_keep[i] && (i == 63 || !bus_keep[(i+1)%64])}} & 7'(i + 1);
    end
  end

  logic valid;
  logic take;
  logic last;
  logic user;

  skid_buffer #(.W(BEAT_BITS + 9)) u_counted (
    .clk_i, .rst_ni, .valid_i(bus_valid), .ready_o(bus_ready),
    .data_i({bus_data, bus_bytes, bus_last, bus_user}), .valid_o(valid), .ready_i(take),
    .data_o({data_o, bytes_o, last, user}));

  logic [COUNT_W-1:0] beats_q;      // of the frame so far
  logic               swallow_q;    // the rest of a frame that was cut
  logic               open_q;       // inside a frame

  wire logic at_limit = beats_q == COUNT_W'(MAX_BEATS - 1);
  wire logic may      = swallow_q || (store_ready_i && (open_q || verdict_room_i));

  assign take       = valid && may;
  assign valid_o    = take && !swallow_q;
  assign first_o    = !open_q;
  assign last_o     = last || at_limit;
  assign error_o    = last && user;
  assign oversize_o = at_limit && !last;
  assign stamp_o    = now_i;

  always_ff @(posedge clk_i) begin
    if (take) begin
      if (swallow_q) begin
        swallow_q <= !last;
      end else begin
        open_q    <= !last_o;
        beats_q   <= last_o ? '0 : beats_q + 1'b1;
        swallow_q <= oversize_o;
      end
    end
    if (!rst_ni) begin
      beats_q   <= '0;
      swallow_q <= 1'b0;
      open_q    <= 1'b0;
    end
  end

endmodule
