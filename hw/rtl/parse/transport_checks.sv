// Last step of the parser: judges the transport header or the fragment, and puts the record of the
// frame together. The rules stand in the order in which software meets them.
module transport_checks (
  input  logic                              clk_i,

  input  logic                              truncated_i,  // inside the link header
  input  frame_pkg::ip_t                       ip_i,
  input  logic                              ipv4_checksum_ok_i,
  input  logic                              ipv4_options_ok_i,
  input  frame_pkg::transport_t             start_i,
  input  logic [8*20-1:0]                   header_i,  // the transport header's first 20 bytes
  input  logic                              checksum_ok_i,
  input  frame_pkg::tcp_options_t           options_i,
  input  logic                              options_malformed_i,

  // frame_pkg::VERDICT_CLOCKS later.
  output frame_pkg::headers_t               headers_o
);

  localparam int LENGTH_W = frame_pkg::LENGTH_W;
  localparam logic [LENGTH_W-1:0] WINDOW = LENGTH_W'(frame_pkg::WINDOW_BYTES);

  localparam logic [7:0] FIN = 8'h01;
  localparam logic [7:0] SYN = 8'h02;
  localparam logic [7:0] RST = 8'h04;
  localparam logic [7:0] ACK = 8'h10;
  localparam logic [7:0] URG = 8'h20;

  // Combinations that a correct TCP sends.
  function automatic logic flags_valid(input logic [7:0] flags);
    unique case (flags & (FIN | SYN | RST | ACK))
      SYN:                                             flags_valid = (flags & URG) == '0;
      SYN | ACK, ACK, FIN | ACK, RST, RST | ACK:       flags_valid = 1'b1;
      default:                                         flags_valid = 1'b0;
    endcase
  endfunction

  wire logic [15:0]         source_port      = frame_pkg::be16(header_i[15:0]);
  wire logic [15:0]         destination_port = frame_pkg::be16(header_i[31:16]);
  wire logic [15:0]         udp_length       = frame_pkg::be16(header_i[8*4 +: 16]);
  wire logic [15:0]         udp_checksum     = header_i[8*6 +: 16];
  wire logic [3:0]          tcp_words        = header_i[8*12+4 +: 4];
  wire logic [7:0]          tcp_flags        = header_i[8*13 +: 8];
  wire logic [LENGTH_W-1:0] tcp_bytes        = {8'd0, tcp_words, 2'd0};

  // Clock 1: the facts about the transport header.
  logic transport_q;
  logic short_q;          // too short for UDP or ICMP
  logic behind_q;         // their header leaves the window
  logic tcp_short_q;
  logic tcp_behind_q;
  logic tcp_size_wrong_q;
  logic tcp_cut_q;        // the window ends inside the options
  logic ports_zero_q;
  logic flags_wrong_q;
  logic options_malformed_q;
  logic udp_length_wrong_q;
  logic checksum_wrong_q;
  logic udp_checksum_wrong_q;

  always_ff @(posedge clk_i) begin
    transport_q         <= start_i.transport;
    short_q             <= start_i.length < LENGTH_W'(8);
    behind_q            <= start_i.offset > WINDOW - LENGTH_W'(8);
    tcp_short_q         <= start_i.length < LENGTH_W'(20);
    tcp_behind_q        <= start_i.offset > WINDOW - LENGTH_W'(20);
    tcp_size_wrong_q    <= tcp_words < 4'd5 || tcp_bytes > start_i.length;
    tcp_cut_q           <= start_i.offset + tcp_bytes > WINDOW;
    ports_zero_q        <= source_port == '0 || destination_port == '0;
    flags_wrong_q       <= !flags_valid(tcp_flags);
    options_malformed_q <= options_malformed_i;
    udp_length_wrong_q  <= udp_length != 16'(start_i.length);
    checksum_wrong_q    <= !checksum_ok_i;
    // Zero means "none" over IPv4 only (RFC 768; RFC 8200, section 8.1).
    udp_checksum_wrong_q <= udp_checksum == '0 ? ip_i.ipv6 : !checksum_ok_i;
  end

  // A fragment's place (RFC 791; RFC 8200, section 4.5; RFC 1858 and RFC 3128 for tiny ones).
  wire logic [16:0] fragment_end     = {1'b0, start_i.place, 3'd0} + 17'(start_i.length);
  wire logic        fragment_invalid = start_i.length == '0
                                    || (start_i.more && start_i.length[2:0] != '0)
                                    || fragment_end[16];
  wire logic        fragment_tiny    = start_i.protocol == frame_pkg::PROTOCOL_TCP
                                    && ((start_i.place == '0 && start_i.length < LENGTH_W'(20))
                                        || start_i.place == 13'd1);

  logic [4:0]          ip_fault_q;
  frame_pkg::headers_t headers_q;

  always_ff @(posedge clk_i) begin
    headers_q.kind             <= start_i.kind;
    headers_q.fault            <= frame_pkg::FAULT_NONE;
    headers_q.addressed        <= ip_i.addressed;
    headers_q.ipv6             <= ip_i.ipv6;
    headers_q.vlan_tags        <= ip_i.vlan_tags;
    headers_q.protocol         <= start_i.protocol;
    headers_q.transport_offset <= start_i.offset;
    headers_q.ip_end           <= ip_i.ip_end;
    headers_q.source           <= ip_i.source;
    headers_q.destination      <= ip_i.destination;
    headers_q.source_port      <= source_port;
    headers_q.destination_port <= destination_port;
    headers_q.sequence_number  <= frame_pkg::be32(header_i[8*4 +: 32]);
    headers_q.acknowledgement  <= frame_pkg::be32(header_i[8*8 +: 32]);
    headers_q.tcp_words        <= tcp_words;
    headers_q.tcp_flags        <= tcp_flags;
    headers_q.window           <= frame_pkg::be16(header_i[8*14 +: 16]);
    headers_q.options          <= options_i;

    // The faults of everything in front of the transport header, the first one last.
    ip_fault_q <= frame_pkg::FAULT_NONE;
    if (ip_i.addressed && ip_i.land) ip_fault_q <= frame_pkg::FAULT_LAND;
    if (start_i.fragment && fragment_tiny) ip_fault_q <= frame_pkg::FAULT_FRAGMENT_TINY;
    if (start_i.fragment && fragment_invalid) ip_fault_q <= frame_pkg::FAULT_FRAGMENT_INVALID;
    if (start_i.extension_invalid) ip_fault_q <= frame_pkg::FAULT_IPV6_EXTENSION_INVALID;
    if (ip_i.whole && ip_i.source_wrong) ip_fault_q <= frame_pkg::FAULT_IP_SOURCE_INVALID;
    if (ip_i.whole && !ip_i.ipv6) begin
      if (!ipv4_options_ok_i) ip_fault_q <= frame_pkg::FAULT_IP_OPTIONS_INVALID;
      if (!ipv4_checksum_ok_i) ip_fault_q <= frame_pkg::FAULT_IP_CHECKSUM;
    end
    if (ip_i.invalid) ip_fault_q <= frame_pkg::FAULT_IP_HEADER_INVALID;
    if (ip_i.truncated) ip_fault_q <= frame_pkg::FAULT_IP_TRUNCATED;
    if (truncated_i) ip_fault_q <= frame_pkg::FAULT_FRAME_TRUNCATED;
  end

  // Clock 2: the transport's own fault, or that its header leaves the window; what stands in front
  // of it comes first.
  logic [4:0] transport_fault;
  logic       unparsed;

  always_comb begin
    transport_fault = frame_pkg::FAULT_NONE;
    unparsed        = 1'b0;
    unique case (headers_q.kind)
      frame_pkg::KIND_TCP: begin
        if (tcp_short_q) transport_fault = frame_pkg::FAULT_TCP_HEADER_INVALID;
        else if (tcp_behind_q) unparsed = 1'b1;
        else if (tcp_size_wrong_q) transport_fault = frame_pkg::FAULT_TCP_HEADER_INVALID;
        else if (tcp_cut_q) unparsed = 1'b1;
        else if (checksum_wrong_q) transport_fault = frame_pkg::FAULT_TCP_CHECKSUM;
        else if (ports_zero_q) transport_fault = frame_pkg::FAULT_TCP_PORT_ZERO;
        else if (flags_wrong_q) transport_fault = frame_pkg::FAULT_TCP_FLAGS_INVALID;
        else if (options_malformed_q) transport_fault = frame_pkg::FAULT_TCP_OPTIONS_INVALID;
      end
      frame_pkg::KIND_UDP: begin
        if (short_q) transport_fault = frame_pkg::FAULT_UDP_LENGTH;
        else if (behind_q) unparsed = 1'b1;
        else if (udp_length_wrong_q) transport_fault = frame_pkg::FAULT_UDP_LENGTH;
        else if (udp_checksum_wrong_q) transport_fault = frame_pkg::FAULT_UDP_CHECKSUM;
      end
      frame_pkg::KIND_ICMP: begin
        if (short_q) transport_fault = frame_pkg::FAULT_ICMP_TRUNCATED;
        else if (behind_q) unparsed = 1'b1;
        else if (checksum_wrong_q) transport_fault = frame_pkg::FAULT_ICMP_CHECKSUM;
      end
      default: ;
    endcase
    if (!transport_q) begin
      transport_fault = frame_pkg::FAULT_NONE;
      unparsed        = 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    headers_o       <= headers_q;
    headers_o.kind  <= unparsed ? frame_pkg::KIND_UNPARSED : headers_q.kind;
    headers_o.fault <= ip_fault_q != frame_pkg::FAULT_NONE ? ip_fault_q : transport_fault;
  end

endmodule
