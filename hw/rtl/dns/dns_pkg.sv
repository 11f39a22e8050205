// What the modules of the DNS suffix kernel hand to each other.
package dns_pkg;

  // Frames between ingress and egress. Each has a slot, given out in turn.
  localparam int SLOT_W = 6;
  localparam int SLOTS  = 1 << SLOT_W;

  // What is kept of a frame so that its name can be read. The headers end within the parser's window
  // and a name takes at most 255 bytes, so all of it lies within these beats, metadata included.
  localparam int PEEK_BEATS = 8;
  localparam int PLACE_W    = 9;  // of a byte among them

  localparam int LABELS  = 8;     // software: DnsName::kept_labels
  localparam int LABEL_W = 3;

  localparam logic [15:0] PORT            = 16'd53;
  localparam logic [13:0] HEADERS_BYTES   = 14'd20;  // of UDP and DNS
  localparam logic [13:0] ROOT_AND_TYPE   = 14'd5;   // the root label, type and class
  localparam logic [7:0]  MAX_LABEL       = 8'd63;
  localparam logic [8:0]  MAX_NAME        = 9'd255;

  // A name that is being read, a step of up to eight bytes a round.
  typedef struct packed {
    logic               valid;
    logic [SLOT_W-1:0]  slot;
    logic               started;  // the headers have been read
    logic [PLACE_W-1:0] at;       // what the next step reads from
    logic [13:0]        rest;     // bytes of the message from there on
    logic               cut;      // the last label ran over the end of the message
    logic               midway;   // the step goes on with a label; its data start at `at` + 1
    logic [5:0]         size;     // of that label
    logic [5:0]         left;     // bytes of it that have not been hashed yet
    logic [7:0]         bytes;    // of the name so far
    logic [LABEL_W-1:0] labels;   // so far, modulo LABELS
    logic               many;     // there have been LABELS of them
  } name_t;

  localparam int NAME_W = 1 + SLOT_W + 1 + PLACE_W + 14 + 1 + 1 + 6 + 6 + 8 + LABEL_W + 1;

  // A name that has been read.
  typedef struct packed {
    logic               lane;    // whose scanner has its hashes
    logic [SLOT_W-1:0]  slot;
    logic [3:0]         count;   // labels to be looked at, 1 to LABELS
    logic [LABEL_W-1:0] newest;  // place of the last one, which is the top-level domain
  } labels_t;

  localparam int LABELS_W = 1 + SLOT_W + 4 + LABEL_W;

  // A suffix to be looked up.
  typedef struct packed {
    logic              valid;
    logic [SLOT_W-1:0] slot;
    logic              last;  // of its name
  } lookup_t;

  localparam int LOOKUP_W = 1 + SLOT_W + 1;

  // A row of the suffix table: three slots of a value, which is 0 in a free slot, and a tag.
  localparam int ROW_SLOTS = 3;
  localparam int VALUE_W   = 16;
  localparam int TAG_W     = 80;
  localparam int ENTRY_W   = TAG_W + VALUE_W;
  localparam int ROW_W     = ROW_SLOTS * ENTRY_W;

  typedef struct packed {
    logic             valid;
    logic             second;  // of the two tables
    logic [23:0]      row;
    logic [ROW_W-1:0] data;
  } row_write_t;

  // What is counted.
  typedef struct packed {
    logic received;
    logic unmarked;
    logic question;
    logic question_invalid;
    logic matched;
  } events_t;

endpackage
