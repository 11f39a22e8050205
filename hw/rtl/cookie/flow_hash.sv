// The hash by which software finds a connection: SipHash-1-3 over client and server with their
// ports, keyed per boot. It leaves in the metadata so that the host need not compute it again.
//
// Addresses are 16 bytes in the order of the wire; those of IPv4 lie in the last four.
module flow_hash (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic [127:0] key_i,

  input  logic         valid_i,
  input  logic         ipv6_i,
  input  logic [127:0] client_i,
  input  logic [127:0] server_i,
  input  logic [15:0]  client_port_i,
  input  logic [15:0]  server_port_i,

  output logic         valid_o,
  output logic [31:0]  hash_o  // the low half
);

  localparam logic [7:0] IPV4_BYTES = 8'd12;
  localparam logic [7:0] IPV6_BYTES = 8'd36;

  // Software reads the halves of an IPv6 address as numbers.
  logic [127:0] client_words;
  logic [127:0] server_words;
  always_comb begin
    for (int i = 0; i < 8; i++) begin
      client_words[8*i +: 8]      = client_i[8*(7-i) +: 8];
      client_words[64 + 8*i +: 8] = client_i[64 + 8*(7-i) +: 8];
      server_words[8*i +: 8]      = server_i[8*(7-i) +: 8];
      server_words[64 + 8*i +: 8] = server_i[64 + 8*(7-i) +: 8];
    end
  end

  wire logic [255:0] words = ipv6_i ? {server_words, client_words}
                                    : {server_i[127:96], client_i[127:96], 192'd0};
  wire logic [63:0]  last  = {ipv6_i ? IPV6_BYTES : IPV4_BYTES, 24'd0, server_port_i,
                              client_port_i};

  logic [63:0] hash;

  siphash #(.COMPRESSION(1), .FINALIZATION(3)) u_siphash (
    .clk_i, .rst_ni, .valid_i, .ipv6_i, .key_i, .words_i(words), .last_i(last),
    .valid_o, .hash_o(hash));

  assign hash_o = hash[31:0];

endmodule
