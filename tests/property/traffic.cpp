#include "tests/property/traffic.hpp"

#include <array>

#include "tests/support/test_worker.hpp"

namespace sekimori::test {
namespace {

constexpr std::size_t remembered = 64;

std::string word(const char* key, std::uint64_t value) {
  return std::string{" "} + key + "=" + std::to_string(value);
}

std::string end_text(const Address& address, std::uint16_t port) {
  const std::string text = address.to_string();
  return (address.is_ipv4() ? text : "[" + text + "]") + ":" + std::to_string(port);
}

std::string server_end(Random& random) {
  static constexpr std::array<std::uint32_t, 4> ports{80, 80, 25, 8000};
  return "192.0.2." + std::to_string(10 + below(random, 7)) + ":" +
         std::to_string(ports[below(random, ports.size())]);
}

/// A few clients with few ports, so that connections meet others of the same ends.
std::string ends_of_client(Random& random) {
  if (one_in(random, 8)) {
    return "[2001:db8:1::" + std::to_string(1 + below(random, 2)) + "]:4000 > [2001:db8::10]:80";
  }
  static constexpr std::array clients{"198.51.100.7", "198.51.100.7", "198.51.100.8",
                                      "203.0.113.1",  "203.0.113.65", "198.51.100.9"};
  return std::string{clients[below(random, clients.size())]} + ":" +
         std::to_string(4000 + below(random, 2)) + " > " + server_end(random);
}

/// Anybody, with the same victim most of the time.
std::string ends_of_attacker(Random& random) {
  const std::string source = "100.64." + std::to_string(below(random, 256)) + "." +
                             std::to_string(below(random, 256)) + ":" +
                             std::to_string(1024 + below(random, 60'000));
  return source + " > " + (one_in(random, 2) ? "192.0.2.10:80" : server_end(random));
}

std::string link_words(Random& random) {
  if (one_in(random, 12)) return "vlan=100 ";
  return one_in(random, 12) ? "pad=6 " : "";
}

std::string other_traffic(Random& random) {
  static constexpr std::array lines{
      "198.51.100.7:53 > 192.0.2.10:53 udp len=40",
      "198.51.100.7:53 > 192.0.2.16:53 udp len=400",
      "198.51.100.7 > 192.0.2.16 icmp 8/0 len=56",
      "198.51.100.7:4000 > 192.0.2.10:80 frag=0+ tcp [.] len=44",
      "198.51.100.7:4000 > 192.0.2.16:80 frag=8+ udp len=40",
      "198.51.100.7:4000 > 192.0.2.10:80 tcp [SF] seq=1",
      "198.51.100.7:4000 > 192.0.2.10:80 badip tcp [S] seq=1",
      "198.51.100.7:4000 > 192.0.2.11:80 tcp [S] seq=1 badsum",
      "198.51.100.7:4000 > 192.0.2.10:80 ipopt=01010101 tcp [S] seq=1 mss=1460",
      "198.51.100.7:4000 > 10.0.0.1:80 tcp [S] seq=1 mss=1460",
      "ether=0x0806 len=46"};
  return lines[below(random, lines.size())];
}

std::string segment_of_attacker(Random& random) {
  static constexpr std::array flags{"S.", "R", "R.", "F.", "P.", ".", "U."};
  return ends_of_attacker(random) + " tcp [" + flags[below(random, flags.size())] + "]" +
         word("seq", random()) + word("ack", random()) + word("len", below(random, 3) * 20);
}

/// An end that is mistaken or worse now and then.
std::uint32_t nearly(Random& random, std::uint32_t number) {
  if (!one_in(random, 16)) return number;
  static constexpr std::array<std::uint32_t, 5> off{1, 0xffffffff, 1000, 0x40000000, 0x80000000};
  return number + off[below(random, off.size())];
}

/// An error that quotes a segment which one side has heard. It is translated after all TCP of its
/// burst, so it has one of its own.
std::string icmp_error(Random& random, const Headers& h) {
  const char* type = h.source.is_ipv4() ? " icmp 3/1 quote=28 | " : " icmp 1/0 quote=48 | ";
  return h.destination.to_string() + " > " + h.source.to_string() + type +
         end_text(h.source, h.source_port) + " > " + end_text(h.destination, h.destination_port) +
         " tcp [.]" + word("seq", nearly(random, h.sequence));
}

}  // namespace

std::string Traffic::answer(Random& random, const std::deque<Headers>& heard) const {
  const std::uint32_t count = static_cast<std::uint32_t>(heard.size());
  const std::uint32_t among = one_in(random, 3) ? count : std::min(count, 4U);
  const Headers& h = heard[count - 1 - below(random, among)];
  const bool syn = h.has(tcp_flag::syn);
  const bool ack = h.has(tcp_flag::ack);
  const std::uint32_t length = h.payload_length() + (syn || h.has(tcp_flag::fin) ? 1U : 0U);
  std::string flags = ".";
  std::uint32_t sequence = h.acknowledgement;
  std::string rest;
  if (syn && !ack) {
    // A server that has lost its memory answers otherwise.
    static constexpr std::array server_flags{"S.", "S.", "S.", "S.", "S.", "S.", "R.", "."};
    flags = server_flags[below(random, server_flags.size())];
    sequence = static_cast<std::uint32_t>(random());
    if (flags == "S.") {
      if (!one_in(random, 4)) rest += word("mss", 1400 + below(random, 61));
      if (!one_in(random, 3)) rest += word("ws", below(random, 15));
      if (!one_in(random, 3)) rest += " sackok";
    }
  } else {
    static constexpr std::array usual_flags{".", ".", ".", "P.", "P.", "P.", "F.", "F.", "R", "S"};
    flags = usual_flags[below(random, usual_flags.size())];
    if (flags == "P." || one_in(random, 6)) rest += word("len", 1 + below(random, 60));
    if (flags == "." && one_in(random, 6)) rest += " sack=100-200";
  }
  if (h.options.has_timestamps() && !one_in(random, 6)) {
    rest = " ts=" + std::to_string(random() % 100'000) + "/" +
           std::to_string(nearly(random, h.options.timestamp_value)) + rest;
  }
  return link_words(random) + end_text(h.destination, h.destination_port) + " > " +
         end_text(h.source, h.source_port) + " tcp [" + flags + "]" +
         word("seq", nearly(random, sequence)) + word("ack", nearly(random, h.sequence + length)) +
         word("win", below(random, 65536)) + rest;
}

std::string Traffic::from_outside(Random& random, std::uint32_t kind) const {
  if (kind < 6 && !heard_outside_.empty()) return answer(random, heard_outside_);
  if (kind < 8) {
    return link_words(random) + ends_of_client(random) + " tcp [S]" + word("seq", random()) +
           random_syn_options(random);
  }
  if (kind < 11) {
    return link_words(random) + ends_of_attacker(random) + " tcp [S]" + word("seq", random()) +
           random_syn_options(random);
  }
  if (kind < 13) {
    return ends_of_attacker(random) + " tcp [.]" + word("seq", random()) + word("ack", random()) +
           (one_in(random, 2) ? " ts=1/" + std::to_string(random()) : "");
  }
  return kind < 15 ? segment_of_attacker(random) : other_traffic(random);
}

std::string Traffic::from_inside(Random& random, std::uint32_t kind) const {
  if (kind < 13 && !heard_inside_.empty()) return answer(random, heard_inside_);
  static constexpr std::array flags{"S", "S.", ".", "R.", "F."};
  return server_end(random) + " > 198.51.100." + std::to_string(7 + below(random, 3)) + ":" +
         std::to_string(4000 + below(random, 2)) + " tcp [" + flags[below(random, flags.size())] +
         "]" + word("seq", random()) + word("ack", random());
}

Traffic::Event Traffic::event_of(Random& random, std::uint32_t kind) const {
  if (!past_.empty() && one_in(random, 12)) {
    Event again = past_[below(random, static_cast<std::uint32_t>(past_.size()))];
    again.wait_ms = 0;
    if (again.from == side_) return again;
  }
  const auto& heard = side_ == Side::outside ? heard_outside_ : heard_inside_;
  Event event{.from = side_, .hint = random_hint(random)};
  if (one_in(random, 24)) {
    event.bytes = random_frame(random);
  } else if (one_in(random, 48) && !heard.empty()) {
    event.bytes = frame_bytes(icmp_error(random, heard.back()), opposite(side_));
    event.alone = true;
  } else {
    event.bytes =
        frame_bytes(side_ == Side::outside ? from_outside(random, kind) : from_inside(random, kind),
                    opposite(side_));
  }
  return event;
}

std::vector<Traffic::Event> Traffic::next(std::uint32_t seed) {
  Random random{seed};
  if (one_in(random, 4)) side_ = opposite(side_);
  const std::uint32_t count = one_in(random, 4) ? 1 + below(random, 40) : 1 + below(random, 4);
  // One kind of thing many times is a flood.
  constexpr std::uint32_t kinds = 16;
  const bool flood = one_in(random, 3);
  const std::uint32_t kind = below(random, kinds);
  std::vector<Event> events;
  for (std::uint32_t i = 0; i < count; ++i) {
    events.push_back(event_of(random, flood ? kind : below(random, kinds)));
  }
  if (one_in(random, 12)) {
    static constexpr std::array<std::uint64_t, 6> waits_ms{1, 350, 1100, 12'000, 70'000, 4'000'000};
    events.front().wait_ms = waits_ms[below(random, waits_ms.size())];
  }
  for (const Event& event : events) past_.push_back(event);
  while (past_.size() > remembered) past_.pop_front();
  return events;
}

void Traffic::hear(Side at, const Bytes& frame) {
  Bytes copy = frame;
  const auto length = static_cast<std::uint32_t>(copy.size());
  const Headers headers = parse(
      {.data = copy.data(), .length = length, .capacity = length, .checksum = ChecksumHint::good});
  if (headers.fault || headers.kind != Kind::tcp) return;
  auto& heard = at == Side::outside ? heard_outside_ : heard_inside_;
  heard.push_back(headers);
  if (heard.size() > remembered) heard.pop_front();
}

}  // namespace sekimori::test
