// Reading and rewriting of single packets: dataplane/packet.

#include <cstring>

#include "bench/micro/frames.hpp"
#include "dataplane/packet/checksum.hpp"
#include "dataplane/packet/plain_syn_ack.hpp"
#include "dataplane/packet/plain_tcp.hpp"
#include "dataplane/packet/rewrite.hpp"
#include "dataplane/packet/segment.hpp"
#include "dataplane/packet/syn_ack.hpp"
#include "tests/support/packet_text.hpp"

namespace sekimori::bench {

namespace {

constexpr SynAck full_answer{.sequence = 0x12345678,
                             .acknowledgement = 0x23456789,
                             .window = 14600,
                             .mss = 1460,
                             .window_scale = 7,
                             .sack_permitted = true,
                             .timestamps = true,
                             .timestamp_value = 0x3456789a};

struct FrameKind {
  const char* name;
  const char* line;
};

constexpr const char* plain_syn = "198.51.100.%:4000 > 192.0.2.10:80 tcp [S] seq=1%00 win=64240";
constexpr const char* linux_syn =
    "198.51.100.%:4000 > 192.0.2.10:80 tcp [S] seq=1%00 win=64240 mss=1460 sackok ts=1%/0 nop ws=7";
constexpr const char* ack_with_timestamps =
    "198.51.100.%:4000 > 192.0.2.10:80 tcp [.] seq=1%00 ack=5%00 win=64240 nop nop ts=1%/2%";

constexpr std::array frame_kinds{
    FrameKind{"syn_v4", plain_syn},
    FrameKind{"syn_v4_linux_options", linux_syn},
    FrameKind{"syn_v4_vlan",
              "vlan=100 198.51.100.%:4000 > 192.0.2.10:80 tcp [S] seq=1%00 win=64240"},
    FrameKind{"syn_v6", "[2001:db8::%]:4000 > [2001:db8:1::10]:80 tcp [S] seq=1%00 win=64240"},
    FrameKind{"ack_v4_timestamps", ack_with_timestamps},
    FrameKind{"data_v4_1460_bytes",
              "198.51.100.%:4000 > 192.0.2.10:80 tcp [P.] seq=1%00 ack=5%00 win=64240 len=1460"},
    FrameKind{"udp_v4", "198.51.100.%:4000 > 192.0.2.10:53 udp data=query"},
    FrameKind{"icmp_v4_error",
              "203.0.113.% > 192.0.2.10 icmp 3/4 mtu=1300 quote=28 | 192.0.2.10:80 > "
              "198.51.100.7:4000 tcp [.] seq=1 ack=2"},
    FrameKind{"arp", "ether=0x0806 len=28"},
};

struct Parsed {
  FrameSet frames;
  std::vector<Headers> headers;

  explicit Parsed(const char* line) : frames(line) {
    for (const Frame& frame : frames.frames()) headers.push_back(parse(frame));
  }
};

/// Work that changes the packets of a line, which are restored before each run.
template <typename Change>
std::function<Work()> changing(const char* line, Change change) {
  return [=] {
    const auto parsed = std::make_shared<Parsed>(line);
    return Work{.run =
                    [=] {
                      for (std::size_t i = 0; i < batch; ++i) {
                        change(parsed->frames.frames()[i], parsed->headers[i]);
                      }
                    },
                .restore = [=] { parsed->frames.restore(); }};
  };
}

void add_parsing(Micros& micros) {
  for (const FrameKind& kind : frame_kinds) {
    micros.push_back({.name = std::string{"packet/parse/"} + kind.name,
                      .reference = copy_frame,
                      .units = batch,
                      .make = repeat<Parsed>([&kind] { return Parsed{kind.line}; },
                                             [](Parsed& parsed, std::size_t i) {
                                               parse(parsed.frames.frames()[i], parsed.headers[i]);
                                               keep(parsed.headers[i]);
                                             })});
  }
}

/// Whole bursts of plain frames, as the pipeline takes them apart.
void add_bursts(Micros& micros) {
  for (const auto& [name, line] : {std::pair{"syn", plain_syn}, std::pair{"linux_syn", linux_syn},
                                   std::pair{"ack_timestamps", ack_with_timestamps}}) {
    micros.push_back({.name = std::string{"packet/take_plain/"} + name,
                      .reference = copy_frame,
                      .units = batch,
                      .make = [line] {
                        const auto frames = std::make_shared<FrameSet>(line);
                        const auto columns = std::make_shared<PlainTcp>();
                        return Work{.run = [frames, columns] {
                          keep(take_plain(frames->frames(), *columns));
                          benchmark::ClobberMemory();
                        }};
                      }});
    if (line == ack_with_timestamps) continue;
    micros.push_back({.name = std::string{"packet/answer_plain/"} + name,
                      .reference = copy_frame,
                      .units = batch,
                      .make = [line] {
                        const auto frames = std::make_shared<FrameSet>(line);
                        const auto columns = std::make_shared<PlainTcp>();
                        const auto answers = std::make_shared<SynAcks>();
                        const std::uint64_t all = take_plain(frames->frames(), *columns);
                        answers->common[0] = full_answer;
                        answers->set(0, batch, 0);
                        return Work{
                            .run = [=] { answer_plain(frames->frames(), *columns, all, *answers); },
                            .restore = [=] { frames->restore(); }};
                      }});
  }
}

void add_options(Micros& micros) {
  for (const auto& [name, line] :
       {std::pair{"linux_syn", linux_syn}, std::pair{"timestamps", ack_with_timestamps}}) {
    micros.push_back({.name = std::string{"packet/tcp_options/"} + name,
                      .reference = copy_frame,
                      .units = batch,
                      .make = repeat<Parsed>(
                          [line] { return Parsed{line}; },
                          [](Parsed& parsed, std::size_t i) {
                            const Headers& h = parsed.headers[i];
                            TcpOptions options;
                            keep(parse_tcp_options(
                                {parsed.frames.frames()[i].data + h.transport_offset,
                                 static_cast<std::size_t>(h.payload_offset - h.transport_offset)},
                                options));
                            keep(options);
                          })});
  }
}

void add_checksums(Micros& micros) {
  for (const std::size_t length : {20U, 40U, 64U, 256U, 1460U}) {
    micros.push_back({.name = "packet/checksum/" + std::to_string(length) + "_bytes",
                      .reference = copy_frame,
                      .units = batch,
                      .make = repeat<std::vector<std::uint8_t>>(
                          [] { return test::pattern_payload(2048); },
                          [length](std::vector<std::uint8_t>& data, std::size_t i) {
                            keep(checksum_fold(checksum_sum(data.data() + i, length)));
                          })});
  }
  micros.push_back({.name = "packet/checksum/update_32_bits",
                    .reference = copy_frame,
                    .units = batch,
                    .make = repeat<be16>([] { return be16{0x1234}; },
                                         [](be16& sum, std::size_t i) {
                                           sum = checksum_update(
                                               sum, be32{static_cast<std::uint32_t>(i)},
                                               be32{static_cast<std::uint32_t>(i * 77)});
                                           keep(sum);
                                         })});
}

void add_rewriting(Micros& micros) {
  const auto add = [&](const char* name, std::function<Work()> make) {
    micros.push_back(
        {.name = name, .reference = copy_frame, .units = batch, .make = std::move(make)});
  };
  const auto answering = [](Frame& frame, const Headers& headers) {
    answer_in_place(frame, headers, full_answer);
  };
  add("packet/syn_ack/plain", changing(plain_syn, answering));
  add("packet/syn_ack/linux_options", changing(linux_syn, answering));
  add("packet/translate/timestamps",
      changing(ack_with_timestamps, [](Frame& frame, const Headers& headers) {
        translate(frame.data + headers.transport_offset, headers.options,
                  {.acknowledgement = 12345, .timestamp_echo = 54321, .window_shift = 1});
      }));
  add("packet/translate/numbers_only",
      changing("198.51.100.%:4000 > 192.0.2.10:80 tcp [.] seq=1%00 ack=5%00 win=64240",
               [](Frame& frame, const Headers& headers) {
                 translate(frame.data + headers.transport_offset, headers.options,
                           {.acknowledgement = 12345});
               }));
  add("packet/reset_in_reply", changing(ack_with_timestamps, [](Frame& frame, const Headers& h) {
        reply_in_place(frame, h, reset_for(h));
      }));
}

}  // namespace

void add_packet_micros(Micros& micros) {
  add_parsing(micros);
  add_bursts(micros);
  add_options(micros);
  add_checksums(micros);
  add_rewriting(micros);
}

}  // namespace sekimori::bench
