// Cookie version 1: how options become classes and indices. docs/algorithms/syn-cookie.md has the
// whole specification; dataplane/state/syn_cookie is the software.
package cookie_pkg;

  localparam logic [3:0] NO_SCALE = 4'd15;

  // What a handshake agrees on and a cookie has to remember.
  typedef struct packed {
    logic       timestamps;
    logic       sack;
    logic [1:0] mss_index;
    logic [3:0] scale;  // of the client's windows; 15: not scaled
    logic       ecn;
  } agreed_t;

  // What has been decided about a packet's part in a handshake.
  typedef struct packed {
    logic        answer;         // a SYN that gets a SYN-ACK
    logic        check;          // a segment whose cookie is checked
    logic [7:0]  slot;           // of the cookie that is made or checked
    logic [31:0] cookie;         // that came back
    logic        plausible;      // its slot and its indices can be right
    agreed_t     agreed;
    logic [2:0]  scale_index;
    logic [7:0]  opt;            // what is hashed of the options
    logic [5:0]  tsopt;          // the low bits of the timestamp that goes out, or came back
    logic [3:0]  server_scale;
    logic [15:0] server_mss;
    logic [15:0] server_window;
  } plan_t;

  localparam int PLAN_W = 1 + 1 + 8 + 32 + 1 + 9 + 3 + 8 + 6 + 4 + 16 + 16;

  // The class of the largest MSS that is not above the client's; class 0 for any smaller one.
  function automatic logic [1:0] mss_class(input logic ipv6, input logic [15:0] mss);
    if (ipv6) mss_class = mss >= 16'd1440 ? 2'd3 : mss >= 16'd1420 ? 2'd2 : {1'b0, mss >= 16'd1360};
    else      mss_class = mss >= 16'd1460 ? 2'd3 : mss >= 16'd1440 ? 2'd2 : {1'b0, mss >= 16'd1300};
  endfunction

  // What a client without the option is taken to have (RFC 9293, section 3.7.1).
  function automatic logic [15:0] default_mss(input logic ipv6);
    default_mss = ipv6 ? 16'd1220 : 16'd536;
  endfunction

  // 1 to 7 stand for SACK with one of seven scales, 0 for every other combination.
  function automatic logic [2:0] scale_index(input logic sack, input logic [3:0] scale);
    unique case (scale)
      4'd0:    scale_index = 3'd1;
      4'd2:    scale_index = 3'd2;
      4'd6:    scale_index = 3'd3;
      4'd7:    scale_index = 3'd4;
      4'd8:    scale_index = 3'd5;
      4'd9:    scale_index = 3'd6;
      4'd10:   scale_index = 3'd7;
      default: scale_index = 3'd0;
    endcase
    if (!sack) scale_index = 3'd0;
  endfunction

  function automatic logic [3:0] indexed_scale(input logic [2:0] index);
    unique case (index)
      3'd0: indexed_scale = 4'd15;
      3'd1: indexed_scale = 4'd0;
      3'd2: indexed_scale = 4'd2;
      3'd3: indexed_scale = 4'd6;
      3'd4: indexed_scale = 4'd7;
      3'd5: indexed_scale = 4'd8;
      3'd6: indexed_scale = 4'd9;
      3'd7: indexed_scale = 4'd10;
    endcase
  endfunction

  // Slots between the one whose two low bits a cookie shows and the present one, modulo 4.
  function automatic logic [1:0] age(input logic [7:0] slot_now, input logic [1:0] shown);
    age = slot_now[1:0] - shown;
  endfunction

endpackage
