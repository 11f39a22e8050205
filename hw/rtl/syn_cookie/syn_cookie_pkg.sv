// What the modules of the SYN cookie kernel hand to each other.
package syn_cookie_pkg;

  // Taken when a frame's first beat arrives.
  typedef struct packed {
    logic [31:0] ms;    // milliseconds since 1970, modulo 2^32
    logic [7:0]  slot;  // the cookie slot, modulo 2^8
  } stamp_t;

  localparam int STAMP_W = 32 + 8;

  // The headers of a SYN-ACK, in words of the wire, to be laid over those of its SYN.
  typedef struct packed {
    logic         ipv6;
    logic [1:0]   vlan_tags;
    logic [5:0]   ip_words;   // from the start of the IP header to the TCP header
    logic [3:0]   tcp_words;
    logic [319:0] ip;         // the fixed IP header, 5 or 10 words
    logic [479:0] tcp;        // up to 15 words
  } answer_t;

  localparam int ANSWER_W = 1 + 2 + 6 + 4 + 320 + 480;

  // Clocks from an answered SYN to whether it is a report.
  localparam int TALLY_CLOCKS = 4;

  // What becomes of a frame, which may go both ways, or none.
  typedef struct packed {
    logic         on;           // towards the host
    logic         on_answer;    // and there as its SYN-ACK; else as it came
    logic         back;         // to the sender, as its SYN-ACK
    logic [13:0]  on_length;    // in bytes, of what is sent
    logic [13:0]  back_length;
    logic [127:0] mark;         // the metadata's 16 bytes
    answer_t      answer;
  } verdict_t;

  localparam int VERDICT_W = 3 + 2 * 14 + 128 + ANSWER_W;

  // What is counted about a frame besides its size.
  typedef struct packed {
    logic oversize;
    logic receive_error;
    logic not_ip;
    logic unparsed;
    logic fragment;
    logic checksum_bad;
    logic malformed;
    logic cookie_invalid;
    logic cookie_valid;
    logic syn_answered;
    logic reported;
  } events_t;

  localparam int EVENTS = 11;

endpackage
