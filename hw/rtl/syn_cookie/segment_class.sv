// What kind of segment the handshake sees in a set of TCP flags. The parser has refused the sets
// that no stack sends.
module segment_class (
  input  logic [7:0] flags_i,
  output logic       syn_o,  // asks for a connection
  output logic       ack_o   // may bring a cookie back: it acknowledges, and is no SYN-ACK or RST
);

  wire logic syn = flags_i[1];
  wire logic rst = flags_i[2];
  wire logic ack = flags_i[4];

  assign syn_o = syn && !ack;
  assign ack_o = ack && !syn && !rst;

endmodule
