// The header parser behind its window, with one port for each field of its record.
module parser_bench (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         valid_i,
  input  logic [511:0] data_i,
  input  logic [6:0]   bytes_i,
  input  logic         first_i,
  input  logic         last_i,

  output logic         valid_o,
  output logic [2:0]   kind_o,
  output logic [4:0]   fault_o,
  output logic         addressed_o,
  output logic         ipv6_o,
  output logic [1:0]   vlan_tags_o,
  output logic [7:0]   protocol_o,
  output logic [13:0]  transport_offset_o,
  output logic [13:0]  ip_end_o,
  output logic [127:0] source_o,
  output logic [127:0] destination_o,
  output logic [15:0]  source_port_o,
  output logic [15:0]  destination_port_o,
  output logic [31:0]  sequence_o,
  output logic [31:0]  acknowledgement_o,
  output logic [3:0]   tcp_words_o,
  output logic [7:0]   tcp_flags_o,
  output logic [15:0]  window_o,
  output logic [31:0]  timestamp_value_o,
  output logic [31:0]  timestamp_echo_o,
  output logic [15:0]  mss_o,
  output logic [3:0]   window_scale_o,
  output logic [5:0]   mss_offset_o,
  output logic [5:0]   window_scale_offset_o,
  output logic [5:0]   sack_permitted_offset_o,
  output logic [5:0]   timestamps_offset_o
);

  logic                              window_valid;
  logic [frame_pkg::WINDOW_BITS-1:0] window;
  logic [frame_pkg::LENGTH_W-1:0]    length;
  logic [15:0]                       tail_sum;
  frame_pkg::headers_t               headers;

  frame_window u_window (
    .clk_i, .rst_ni, .valid_i, .data_i, .bytes_i, .first_i, .last_i, .stamp_i(1'b0),
    .end_i(1'b0),
    .valid_o(window_valid), .window_o(window), .length_o(length), .tail_sum_o(tail_sum),
    .stamp_o(), .end_o());

  header_parser u_parser (
    .clk_i, .rst_ni, .valid_i(window_valid), .window_i(window), .length_i(length),
    .tail_sum_i(tail_sum), .valid_o, .headers_o(headers), .early_ip_o(), .early_header_o());

  assign kind_o                  = headers.kind;
  assign fault_o                 = headers.fault;
  assign addressed_o             = headers.addressed;
  assign ipv6_o                  = headers.ipv6;
  assign vlan_tags_o             = headers.vlan_tags;
  assign protocol_o              = headers.protocol;
  assign transport_offset_o      = headers.transport_offset;
  assign ip_end_o                = headers.ip_end;
  assign source_o                = headers.source;
  assign destination_o           = headers.destination;
  assign source_port_o           = headers.source_port;
  assign destination_port_o      = headers.destination_port;
  assign sequence_o              = headers.sequence_number;
  assign acknowledgement_o       = headers.acknowledgement;
  assign tcp_words_o             = headers.tcp_words;
  assign tcp_flags_o             = headers.tcp_flags;
  assign window_o                = headers.window;
  assign timestamp_value_o       = headers.options.timestamp_value;
  assign timestamp_echo_o        = headers.options.timestamp_echo;
  assign mss_o                   = headers.options.mss;
  assign window_scale_o          = headers.options.window_scale;
  assign mss_offset_o            = headers.options.mss_offset;
  assign window_scale_offset_o   = headers.options.window_scale_offset;
  assign sack_permitted_offset_o = headers.options.sack_permitted_offset;
  assign timestamps_offset_o     = headers.options.timestamps_offset;

endmodule
