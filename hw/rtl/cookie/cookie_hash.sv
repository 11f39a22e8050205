// The hash of cookie version 1: SipHash-2-4 over addresses, ports, slot and option bits, with the
// key register that the slot selects. A tuple a clock.
//
// What is hashed last may follow LAST_DELAY clocks after the addresses. Addresses are 16 bytes in
// the order of the wire, the first in bits 7..0; those of IPv4 lie in the last four.
module cookie_hash #(
  parameter int LAST_DELAY = 16
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic [511:0] keys_i,  // four registers of k1, k0; register r in bits 128r+127..128r

  input  logic         valid_i,
  input  logic         ipv6_i,
  input  logic [1:0]   register_i,  // slot mod 4
  input  logic [127:0] source_i,
  input  logic [127:0] destination_i,

  input  logic         last_ipv6_i,  // LAST_DELAY clocks later, and so are the rest
  input  logic [15:0]  last_source_port_i,
  input  logic [15:0]  last_destination_port_i,
  input  logic [7:0]   last_slot_i,
  input  logic [7:0]   last_opt_i,
  input  logic [7:0]   last_tsopt_i,

  output logic         valid_o,
  output logic [24:0]  hash_o  // the low 25 bits, which are all that a cookie uses
);

  localparam logic [7:0] IPV4_BYTES = 8'd15;
  localparam logic [7:0] IPV6_BYTES = 8'd39;

  wire logic [255:0] words = ipv6_i ? {destination_i, source_i}
                                    : {destination_i[127:96], source_i[127:96], 192'd0};

  // The message's bytes in network order, read as a little-endian word.
  wire logic [63:0] last = {last_ipv6_i ? IPV6_BYTES : IPV4_BYTES,
                            last_tsopt_i, last_opt_i, last_slot_i,
                            last_destination_port_i[7:0], last_destination_port_i[15:8],
                            last_source_port_i[7:0], last_source_port_i[15:8]};

  logic [63:0] hash;

  siphash #(.COMPRESSION(2), .FINALIZATION(4), .LAST_DELAY(LAST_DELAY)) u_siphash (
    .clk_i, .rst_ni, .valid_i, .ipv6_i, .key_i(keys_i[128*register_i +: 128]), .words_i(words),
    .last_i(last), .valid_o, .hash_o(hash));

  assign hash_o = hash[24:0];

endmodule
