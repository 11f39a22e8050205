// Takes frames from the bus: gives each a slot, keeps its first beats to be read again, and makes a
// record of its headers when all of those are there. A frame begins only if a slot is free.
module dns_ingress (
  input  logic                              clk_i,
  input  logic                              rst_ni,

  input  logic                              tvalid_i,
  output logic                              tready_o,
  input  logic [frame_pkg::BEAT_BITS-1:0]   tdata_i,
  input  logic [63:0]                       tkeep_i,
  input  logic                              tlast_i,

  input  logic                              store_ready_i,
  input  logic                              release_i,      // a slot has become free

  // A beat for the store.
  output logic                              valid_o,
  output logic [frame_pkg::BEAT_BITS-1:0]   data_o,
  output logic [63:0]                       keep_o,
  output logic                              last_o,
  output logic                              begin_o,        // the first beat of `slot_o`
  output logic [dns_pkg::SLOT_W-1:0]        slot_o,

  // The same beat to be kept.
  output logic                              peek_write_o,
  output logic [2:0]                        peek_beat_o,

  output logic                              record_valid_o,
  output logic [dns_pkg::SLOT_W-1:0]        record_slot_o,
  output logic [127:0]                      record_mark_o,
  output logic [frame_pkg::WINDOW_BITS-1:0] record_window_o  // without the metadata
);

  localparam int BEAT_BITS = frame_pkg::BEAT_BITS;
  localparam int LAST_PEEK = dns_pkg::PEEK_BEATS - 1;

  logic bus_valid;
  logic take;

  skid_buffer #(.W(BEAT_BITS + 65)) u_bus (
    .clk_i, .rst_ni, .valid_i(tvalid_i), .ready_o(tready_o),
    .data_i({tdata_i, tkeep_i, tlast_i}), .valid_o(bus_valid), .ready_i(take),
    .data_o({data_o, keep_o, last_o}));

  logic                       open_q;   // inside a frame
  logic [3:0]                 beats_q;  // of it so far; PEEK_BEATS stands for more
  logic [dns_pkg::SLOT_W-1:0] slot_q;
  logic [dns_pkg::SLOT_W:0]   used_q;   // slots

  wire logic room = !used_q[dns_pkg::SLOT_W];

  assign take         = bus_valid && store_ready_i && (open_q || room);
  assign valid_o      = take;
  assign begin_o      = take && !open_q;
  assign slot_o       = slot_q;
  assign peek_write_o = take && beats_q < 4'(dns_pkg::PEEK_BEATS);
  assign peek_beat_o  = beats_q[2:0];

  always_ff @(posedge clk_i) begin
    if (take) begin
      open_q  <= !last_o;
      beats_q <= last_o ? '0 : beats_q + 4'(beats_q != 4'(dns_pkg::PEEK_BEATS));
      if (last_o) slot_q <= slot_q + 1'b1;
    end
    used_q <= used_q + (dns_pkg::SLOT_W+1)'(begin_o) - (dns_pkg::SLOT_W+1)'(release_i);
    if (!rst_ni) begin
      open_q  <= 1'b0;
      beats_q <= '0;
      slot_q  <= '0;
      used_q  <= '0;
    end
  end

  // The headers lie in the first four beats; what stands in them behind a short frame's end is what
  // an earlier frame left, and is not looked at.
  logic [4*BEAT_BITS-1:0] beats_kept_q;

  always_ff @(posedge clk_i) begin
    for (int b = 0; b < 4; b++) begin
      if (take && beats_q == 4'(b)) beats_kept_q[BEAT_BITS*b +: BEAT_BITS] <= data_o;
    end
    record_valid_o <= rst_ni && take
                   && (beats_q == 4'(LAST_PEEK) || (last_o && beats_q < 4'(LAST_PEEK)));
    record_slot_o  <= slot_q;
  end

  localparam int HEAD = 8 * mark_pkg::OFFSET;
  localparam int MARK = 8 * mark_pkg::BYTES;

  assign record_mark_o   = beats_kept_q[HEAD +: MARK];
  assign record_window_o = {beats_kept_q[HEAD + MARK +: frame_pkg::WINDOW_BITS - HEAD],
                            beats_kept_q[HEAD-1:0]};

endmodule
