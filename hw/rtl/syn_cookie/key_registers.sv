// The keys: four for cookies, by slot modulo 4, and one for connections. Each is exchanged as a
// whole, and none can be read back.
module key_registers (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         set_i,
  input  logic [2:0]   select_i,  // 0 to 3: cookies; 4: connections
  input  logic [127:0] key_i,

  output logic [511:0] cookie_keys_o,
  output logic [127:0] flow_key_o
);

  always_ff @(posedge clk_i) begin
    for (int i = 0; i < 4; i++) begin
      if (set_i && select_i == 3'(i)) cookie_keys_o[128*i +: 128] <= key_i;
    end
    if (set_i && select_i == 3'd4) flow_key_o <= key_i;
    if (!rst_ni) begin
      cookie_keys_o <= '0;
      flow_key_o    <= '0;
    end
  end

endmodule
