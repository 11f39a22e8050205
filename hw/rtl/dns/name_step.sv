// One step of reading a name: the headers, or up to eight bytes of a label. Decides where the next
// step goes on, or that the name ends here. Its verdicts are those of read_question_name.
module name_step (
  input  logic             clk_i,

  input  dns_pkg::name_t   name_i,
  input  logic [127:0]     bytes_i,    // from name_i.at on

  // A clock later.
  output dns_pkg::name_t   name_o,     // as the next step finds it
  output logic [63:0]      word_o,     // what is hashed in this step
  output logic             hash_o,     // there is such a word
  output logic             first_o,    // it is the first one of its label
  output logic             last_o,     // it is the last one of its label
  output logic             end_o,      // this was the last step
  output logic             question_o, // with end_o: a name has been read
  output logic             invalid_o   // with end_o: it is a DNS message, but has no name
);

  // The headers.
  wire logic [15:0] source      = frame_pkg::be16(bytes_i[15:0]);
  wire logic [15:0] destination = frame_pkg::be16(bytes_i[31:16]);
  wire logic        is_dns      = source == dns_pkg::PORT || destination == dns_pkg::PORT;
  wire logic        has_headers = name_i.rest >= dns_pkg::HEADERS_BYTES;
  wire logic        asks        = bytes_i[8*12 +: 16] != '0;

  // A label.
  wire logic [7:0] length   = bytes_i[7:0];
  wire logic       over     = name_i.rest == '0 || name_i.cut;
  wire logic       is_root  = length == '0;
  wire logic       reserved = length > dns_pkg::MAX_LABEL;
  wire logic       too_long = {1'b0, name_i.bytes} + {1'b0, length} + 9'd1 >= dns_pkg::MAX_NAME;
  wire logic       cut_root = name_i.rest < dns_pkg::ROOT_AND_TYPE;

  wire logic [5:0] size  = name_i.midway ? name_i.size : length[5:0];
  wire logic [5:0] left  = name_i.midway ? name_i.left : length[5:0];
  wire logic       last  = left < 6'd8;
  wire logic [3:0] taken = last ? {1'b0, left[2:0]} + 4'd1 : 4'd8;  // with the length byte at the end

  logic [63:0] data;
  always_comb begin
    for (int i = 0; i < 8; i++) begin
      data[8*i +: 8] = bytes_i[8*(i+1) +: 8];
      if (bytes_i[8*(i+1) +: 8] >= 8'h41 && bytes_i[8*(i+1) +: 8] <= 8'h5a) data[8*i+5] = 1'b1;
      if (last && 6'(i) >= left) data[8*i +: 8] = '0;
    end
    if (last) data[63:56] = {2'd0, size};
  end

  // What each kind of step comes to.
  logic ends;
  logic question;
  logic invalid;
  always_comb begin
    ends     = 1'b0;
    question = 1'b0;
    invalid  = 1'b0;
    if (!name_i.started) begin
      ends    = !is_dns || !has_headers || !asks;
      invalid = is_dns && ends;
    end else if (!name_i.midway) begin
      if (over || reserved) invalid = 1'b1;
      else if (is_root) begin
        question = !cut_root;
        invalid  = cut_root;
      end else begin
        invalid = too_long;
      end
      ends = question || invalid;
    end
  end

  wire logic        hash  = name_i.valid && name_i.started && !ends;
  wire logic [13:0] moves = name_i.started ? {10'd0, taken} : dns_pkg::HEADERS_BYTES;

  always_ff @(posedge clk_i) begin
    word_o     <= data;
    hash_o     <= hash;
    first_o    <= !name_i.midway;
    last_o     <= hash && last;
    end_o      <= name_i.valid && ends;
    question_o <= name_i.valid && question;
    invalid_o  <= name_i.valid && invalid;

    name_o         <= name_i;
    name_o.started <= 1'b1;
    name_o.at      <= name_i.at + moves[dns_pkg::PLACE_W-1:0];
    name_o.rest    <= name_i.rest - moves;
    name_o.cut     <= name_i.cut || name_i.rest < moves;
    if (hash) begin
      name_o.midway <= !last;
      name_o.size   <= size;
      name_o.left   <= left - 6'd8;
      if (!name_i.midway) name_o.bytes <= name_i.bytes + length + 8'd1;
      if (last) begin
        name_o.labels <= name_i.labels + 1'b1;
        name_o.many   <= name_i.many || name_i.labels == '1;
      end
    end
  end

endmodule
