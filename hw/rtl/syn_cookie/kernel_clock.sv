// The kernel's clock: milliseconds since 1970 and the cookie slot, which changes every 64 seconds.
// The host sets it, both at once, and lets it run by the number of kernel clocks in a millisecond.
// A host that has not set it for MAX_SILENCE_MS of that time has gone.
module kernel_clock (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic [31:0]            clocks_per_ms_i,  // 0: stands still
  input  logic                   set_i,
  input  logic [31:0]            set_ms_i,
  input  logic [7:0]             set_slot_i,
  input  logic [15:0]            set_ms_in_slot_i,

  output syn_cookie_pkg::stamp_t stamp_o,
  output logic                   host_there_o
);

  localparam logic [15:0] SLOT_MS        = 16'd64000;
  localparam logic [11:0] MAX_SILENCE_MS = 12'd4000;

  logic [31:0] clocks_q;      // since the millisecond began
  logic [31:0] ms_q;
  logic [15:0] ms_in_slot_q;
  logic [7:0]  slot_q;
  logic [11:0] silence_q;     // milliseconds since the host has set the time
  logic        tick_q;

  assign stamp_o = {ms_q, slot_q};

  always_ff @(posedge clk_i) host_there_o <= silence_q != MAX_SILENCE_MS;

  always_ff @(posedge clk_i) begin
    tick_q   <= clocks_per_ms_i != '0 && clocks_q + 32'd2 >= clocks_per_ms_i && !tick_q;
    clocks_q <= tick_q ? '0 : clocks_q + 32'd1;
    if (clocks_per_ms_i == '0) clocks_q <= '0;
    if (tick_q) begin
      ms_q      <= ms_q + 32'd1;
      silence_q <= silence_q + 12'(silence_q != MAX_SILENCE_MS);
      if (ms_in_slot_q == SLOT_MS - 16'd1) begin
        ms_in_slot_q <= '0;
        slot_q       <= slot_q + 8'd1;
      end else begin
        ms_in_slot_q <= ms_in_slot_q + 16'd1;
      end
    end
    if (set_i) begin
      clocks_q     <= '0;
      tick_q       <= 1'b0;
      ms_q         <= set_ms_i;
      slot_q       <= set_slot_i;
      ms_in_slot_q <= set_ms_in_slot_i;
      silence_q    <= '0;
    end
    if (!rst_ni) begin
      clocks_q     <= '0;
      tick_q       <= 1'b0;
      ms_q         <= '0;
      slot_q       <= '0;
      ms_in_slot_q <= '0;
      silence_q    <= MAX_SILENCE_MS;
    end
  end

endmodule
