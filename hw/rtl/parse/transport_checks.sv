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

  // Clock 1: the transport's own fault and whether the header leaves the window.
  logic [4:0] transport_fault;
  logic       unparsed;

  always_comb begin
    transport_fault = frame_pkg::FAULT_NONE;
    unparsed        = 1'b0;
    unique case (start_i.kind)
      frame_pkg::KIND_TCP: begin
        if (start_i.length < LENGTH_W'(20)) transport_fault = frame_pkg::FAULT_TCP_HEADER_INVALID;
        else if (start_i.offset + LENGTH_W'(20) > WINDOW) unparsed = 1'b1;
        else if (tcp_words < 4'd5 || tcp_bytes > start_i.length) begin
          transport_fault = frame_pkg::FAULT_TCP_HEADER_INVALID;
        end
        else if (start_i.offset + tcp_bytes > WINDOW) unparsed = 1'b1;
        else if (!checksum_ok_i) transport_fault = frame_pkg::FAULT_TCP_CHECKSUM;
        else if (source_port == '0 || destination_port == '0) begin
          transport_fault = frame_pkg::FAULT_TCP_PORT_ZERO;
        end
        else if (!flags_valid(tcp_flags)) transport_fault = frame_pkg::FAULT_TCP_FLAGS_INVALID;
        else if (options_malformed_i) transport_fault = frame_pkg::FAULT_TCP_OPTIONS_INVALID;
      end
      frame_pkg::KIND_UDP: begin
        if (start_i.length < LENGTH_W'(8)) transport_fault = frame_pkg::FAULT_UDP_LENGTH;
        else if (start_i.offset + LENGTH_W'(8) > WINDOW) unparsed = 1'b1;
        else if (udp_length != 16'(start_i.length)) transport_fault = frame_pkg::FAULT_UDP_LENGTH;
        // Zero means "none" over IPv4 only (RFC 768; RFC 8200, section 8.1).
        else if (udp_checksum == '0 ? ip_i.ipv6 : !checksum_ok_i) begin
          transport_fault = frame_pkg::FAULT_UDP_CHECKSUM;
        end
      end
      frame_pkg::KIND_ICMP: begin
        if (start_i.length < LENGTH_W'(8)) transport_fault = frame_pkg::FAULT_ICMP_TRUNCATED;
        else if (start_i.offset + LENGTH_W'(8) > WINDOW) unparsed = 1'b1;
        else if (!checksum_ok_i) transport_fault = frame_pkg::FAULT_ICMP_CHECKSUM;
      end
      default: ;
    endcase
    if (!start_i.transport) begin
      transport_fault = frame_pkg::FAULT_NONE;
      unparsed        = 1'b0;
    end
  end

  // A fragment's place (RFC 791; RFC 8200, section 4.5; RFC 1858 and RFC 3128 for tiny ones).
  wire logic [16:0] fragment_end     = {1'b0, start_i.place, 3'd0} + 17'(start_i.length);
  wire logic        fragment_invalid = start_i.length == '0
                                    || (start_i.more && start_i.length[2:0] != '0)
                                    || fragment_end[16];
  wire logic        fragment_tiny    = start_i.protocol == frame_pkg::PROTOCOL_TCP
                                    && ((start_i.place == '0 && start_i.length < LENGTH_W'(20))
                                        || start_i.place == 13'd1);

  logic [4:0]          transport_fault_q;
  logic [4:0]          ip_fault_q;
  frame_pkg::headers_t headers_q;

  always_ff @(posedge clk_i) begin
    transport_fault_q <= transport_fault;

    headers_q.kind             <= unparsed ? frame_pkg::KIND_UNPARSED : start_i.kind;
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

  // Clock 2.
  always_ff @(posedge clk_i) begin
    headers_o       <= headers_q;
    headers_o.fault <= ip_fault_q != frame_pkg::FAULT_NONE ? ip_fault_q : transport_fault_q;
  end

endmodule
