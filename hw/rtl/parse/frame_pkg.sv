// What the modules of the header parser share: the shape of a frame on the bus, the names of kinds
// and faults, and the record that the parser makes of a frame. The first byte of a frame, or of an
// address, is in bits 7..0; numbers are in host order.
package frame_pkg;

  localparam int BEAT_BYTES   = 64;
  localparam int BEAT_BITS    = 8 * BEAT_BYTES;
  localparam int WINDOW_BEATS = 3;
  localparam int WINDOW_BYTES = WINDOW_BEATS * BEAT_BYTES;  // software: parse_window
  localparam int WINDOW_BITS  = 8 * WINDOW_BYTES;

  localparam int LENGTH_W = 14;  // a frame's length in bytes

  // The IP packet as far as the window shows it when no VLAN tag stands in front.
  localparam int ETHERNET_BYTES = 14;
  localparam int IP_BYTES       = WINDOW_BYTES - ETHERNET_BYTES;
  localparam int IP_BITS        = 8 * IP_BYTES;

  localparam int TCP_BYTES     = 60;  // the longest TCP header
  localparam int OPTIONS_BYTES = 40;  // the most options that IPv4 and TCP can have
  localparam int OPTIONS_BITS  = 8 * OPTIONS_BYTES;

  localparam logic [7:0] PROTOCOL_HOP_BY_HOP  = 8'd0;
  localparam logic [7:0] PROTOCOL_ICMP        = 8'd1;
  localparam logic [7:0] PROTOCOL_TCP         = 8'd6;
  localparam logic [7:0] PROTOCOL_UDP         = 8'd17;
  localparam logic [7:0] PROTOCOL_ROUTING     = 8'd43;
  localparam logic [7:0] PROTOCOL_FRAGMENT    = 8'd44;
  localparam logic [7:0] PROTOCOL_ICMPV6      = 8'd58;
  localparam logic [7:0] PROTOCOL_DESTINATION = 8'd60;

  // Software: sekimori::Kind, in its order.
  localparam logic [2:0] KIND_NOT_IP   = 3'd0;
  localparam logic [2:0] KIND_UNPARSED = 3'd1;
  localparam logic [2:0] KIND_FRAGMENT = 3'd2;
  localparam logic [2:0] KIND_TCP      = 3'd3;
  localparam logic [2:0] KIND_UDP      = 3'd4;
  localparam logic [2:0] KIND_ICMP     = 3'd5;
  localparam logic [2:0] KIND_OTHER    = 3'd6;

  // Software: the sekimori::DropReason of the same name. Where a frame breaks several rules, the
  // first one counts that software meets.
  localparam logic [4:0] FAULT_NONE                   = 5'd0;
  localparam logic [4:0] FAULT_FRAME_TRUNCATED        = 5'd1;
  localparam logic [4:0] FAULT_IP_TRUNCATED           = 5'd2;
  localparam logic [4:0] FAULT_IP_HEADER_INVALID      = 5'd3;
  localparam logic [4:0] FAULT_IP_CHECKSUM            = 5'd4;
  localparam logic [4:0] FAULT_IP_OPTIONS_INVALID     = 5'd5;
  localparam logic [4:0] FAULT_IP_SOURCE_INVALID      = 5'd6;
  localparam logic [4:0] FAULT_IPV6_EXTENSION_INVALID = 5'd7;
  localparam logic [4:0] FAULT_FRAGMENT_INVALID       = 5'd8;
  localparam logic [4:0] FAULT_FRAGMENT_TINY          = 5'd9;
  localparam logic [4:0] FAULT_LAND                   = 5'd10;
  localparam logic [4:0] FAULT_TCP_HEADER_INVALID     = 5'd11;
  localparam logic [4:0] FAULT_TCP_CHECKSUM           = 5'd12;
  localparam logic [4:0] FAULT_TCP_OPTIONS_INVALID    = 5'd13;
  localparam logic [4:0] FAULT_TCP_FLAGS_INVALID      = 5'd14;
  localparam logic [4:0] FAULT_TCP_PORT_ZERO          = 5'd15;
  localparam logic [4:0] FAULT_UDP_LENGTH             = 5'd16;
  localparam logic [4:0] FAULT_UDP_CHECKSUM           = 5'd17;
  localparam logic [4:0] FAULT_ICMP_TRUNCATED         = 5'd18;
  localparam logic [4:0] FAULT_ICMP_CHECKSUM          = 5'd19;

  localparam logic [3:0] NO_WINDOW_SCALE  = 4'd15;
  localparam logic [3:0] MAX_WINDOW_SCALE = 4'd14;

  // Offsets count from the start of the TCP header; 0 means that the option is absent.
  typedef struct packed {
    logic [31:0] timestamp_value;
    logic [31:0] timestamp_echo;
    logic [15:0] mss;
    logic [3:0]  window_scale;
    logic [5:0]  mss_offset;
    logic [5:0]  window_scale_offset;
    logic [5:0]  sack_permitted_offset;
    logic [5:0]  timestamps_offset;
  } tcp_options_t;

  localparam int TCP_OPTIONS_W = 32 + 32 + 16 + 4 + 4 * 6;

  typedef struct packed {
    logic [2:0]          kind;
    logic [4:0]          fault;
    logic                addressed;         // the addresses are right even if there is a fault
    logic                ipv6;
    logic [1:0]          vlan_tags;         // the IP header starts at 14 + 4 * vlan_tags
    logic [7:0]          protocol;
    logic [LENGTH_W-1:0] transport_offset;
    logic [LENGTH_W-1:0] ip_end;            // where the IP packet ends in the frame
    logic [127:0]        source;            // 16 bytes; IPv4 as ::ffff:a.b.c.d
    logic [127:0]        destination;
    logic [15:0]         source_port;
    logic [15:0]         destination_port;
    logic [31:0]         sequence_number;
    logic [31:0]         acknowledgement;
    logic [3:0]          tcp_words;         // length of the TCP header in 32-bit words
    logic [7:0]          tcp_flags;
    logic [15:0]         window;
    tcp_options_t        options;
  } headers_t;

  localparam int HEADERS_W = 3 + 5 + 1 + 1 + 2 + 8 + 2 * LENGTH_W + 2 * 128 + 2 * 16 + 2 * 32 + 4
                           + 8 + 16 + TCP_OPTIONS_W;

  // The fixed part of an IP header.
  typedef struct packed {
    logic                ipv6;
    logic [1:0]          vlan_tags;
    logic                addressed;     // the addresses are right
    logic                whole;         // addressed, and all of the packet is there
    logic                truncated;
    logic                invalid;
    logic                source_wrong;
    logic                land;          // source and destination are the same
    logic                more;          // IPv4: more fragments follow
    logic [12:0]         place;         // IPv4: fragment offset in 8 bytes
    logic [5:0]          header_bytes;  // 40 for IPv6
    logic [7:0]          protocol;      // IPv6: next header
    logic [LENGTH_W-1:0] ip_end;        // in the frame; right if whole
    logic [127:0]        source;
    logic [127:0]        destination;
  } ip_t;

  localparam int IP_W = 1 + 2 + 7 + 13 + 6 + 8 + LENGTH_W + 2 * 128;

  // How far the walk over IPv6 extension headers has come.
  typedef struct packed {
    logic        walking;   // the header at `units` is `protocol` and nothing has stopped the walk
    logic        unparsed;
    logic        invalid;
    logic        fragment;  // stopped at the header of a fragment
    logic        more;      // of that fragment
    logic [12:0] place;     // of that fragment, in 8 bytes
    logic [7:0]  protocol;
    logic [10:0] units;     // bytes / 8 from the start of the IPv6 header
  } extension_walk_t;

  localparam int EXTENSION_WALK_W = 5 + 13 + 8 + 11;

  // Where the transport header stands in its packet.
  typedef struct packed {
    logic                transport;  // there is a transport header to read
    logic                fragment;
    logic                more;       // of a fragment
    logic [12:0]         place;      // of a fragment, in 8 bytes
    logic                extension_invalid;
    logic [LENGTH_W-1:0] offset;     // in the frame
    logic [5:0]          words;      // offset / 4 from the IP header; 63 stands for more
    logic [LENGTH_W-1:0] length;     // from there to the packet's end
    logic [7:0]          protocol;
    logic [2:0]          kind;
  } transport_t;

  localparam int TRANSPORT_W = 4 + 13 + 2 * LENGTH_W + 6 + 8 + 3;

  // Clocks that each step of the parser takes, in the order in which a frame meets them.
  localparam int LINK_CLOCKS      = 2;
  localparam int IP_CLOCKS        = 2;
  localparam int EXTENSIONS       = 4;  // software: max_ipv6_extensions
  localparam int EXTENSION_CLOCKS = 2 * EXTENSIONS + 1;
  localparam int TRANSPORT_CLOCKS = 1;  // where the transport header starts is put together
  localparam int ALIGN_CLOCKS     = 3;

  // A walk over options: a clock to judge every byte, then two bytes a clock.
  localparam int WALK_CLOCKS        = 1 + OPTIONS_BYTES / 2;
  localparam int TCP_OPTIONS_CLOCKS = WALK_CLOCKS + 2;
  localparam int VERDICT_CLOCKS     = 2;

  // When each step begins, counted from the record's entry.
  localparam int IP_AT        = LINK_CLOCKS;
  localparam int EXTENSION_AT = IP_AT + IP_CLOCKS;
  localparam int TRANSPORT_AT = EXTENSION_AT + EXTENSION_CLOCKS;
  localparam int ALIGN_AT     = TRANSPORT_AT + TRANSPORT_CLOCKS;
  localparam int TCP_AT       = ALIGN_AT + ALIGN_CLOCKS;
  localparam int VERDICT_AT   = TCP_AT + TCP_OPTIONS_CLOCKS;
  localparam int PARSE_CLOCKS = VERDICT_AT + VERDICT_CLOCKS;

  // The bytes of a field on the wire as a number.
  function automatic logic [15:0] be16(input logic [15:0] bytes);
    be16 = {bytes[7:0], bytes[15:8]};
  endfunction

  function automatic logic [31:0] be32(input logic [31:0] bytes);
    be32 = {bytes[7:0], bytes[15:8], bytes[23:16], bytes[31:24]};
  endfunction

  // A sum of 16-bit words with its carries added back in. Zero stays zero and nothing else becomes
  // zero, as in sekimori::checksum_fold.
  function automatic logic [15:0] fold(input logic [31:0] sum);
    logic [16:0] once;
    once = {1'b0, sum[15:0]} + {1'b0, sum[31:16]};
    fold = once[15:0] + {15'd0, once[16]};
  endfunction

  // Whether a sum folds to all ones, as that over data and their right checksum does. Then its
  // halves complement each other; both could only be all ones in a sum of 2^16 words or more.
  function automatic logic folds_to_ones(input logic [31:0] sum);
    folds_to_ones = (sum[31:16] ^ sum[15:0]) == 16'hffff;
  endfunction

  function automatic logic is_extension(input logic [7:0] protocol);
    is_extension = protocol == frame_pkg::PROTOCOL_HOP_BY_HOP
                || protocol == frame_pkg::PROTOCOL_ROUTING
                || protocol == frame_pkg::PROTOCOL_FRAGMENT
                || protocol == frame_pkg::PROTOCOL_DESTINATION;
  endfunction

endpackage
