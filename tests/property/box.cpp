#include "tests/property/box.hpp"

namespace sekimori::test {

std::string Fate::text() const {
  std::string text{verdict_texts[static_cast<std::size_t>(decision.verdict)].name};
  text += ' ';
  if (decision.verdict == Verdict::drop) {
    text += drop_reason_texts[static_cast<std::size_t>(decision.reason)].name;
  }
  return bytes.empty() ? text : text + decode_packet(bytes, to);
}

std::vector<Fate> Box::take(std::span<const Traffic::Event> burst) {
  std::vector<FrameBuffer> buffers;
  std::vector<Frame> frames;
  for (const Traffic::Event& event : burst) {
    buffers.emplace_back(event.bytes, event.hint);
    frames.push_back(buffers.back().frame());
  }
  std::vector<Decision> decisions(frames.size());
  pipeline_.process(burst.front().from, frames, decisions, ground_.policy, ground_.now);
  std::vector<Fate> fates;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    fates.push_back(fate_of(burst[i].from, frames[i], decisions[i]));
  }
  collect_outbox();
  return fates;
}

std::string Box::totals() const {
  std::string text = ground_.verdicts() + "; " + ground_.drops() + "; " + ground_.counters();
  const auto add = [&text](std::uint64_t number) {
    text += ' ';
    text += std::to_string(number);
  };
  for (const ObjectMeters& m : ground_.meters) {
    for (const ObjectMeters::Traffic& received : m.received) {
      add(received.packets);
      add(received.bytes);
    }
    for (const std::uint64_t number :
         {m.dropped_packets, m.dropped_bytes, m.syn_received, m.syn_ack_sent, m.cookie_valid,
          m.connections_established, m.from_inside_packets, m.from_inside_bytes, m.new_sources,
          m.rst_received, m.fin_received, m.dns_queries, m.passed_packets, m.passed_bytes}) {
      add(number);
    }
    text += ';';
  }
  return text;
}

Fate Box::fate_of(Side from, const Frame& frame, const Decision& decision) {
  if (decision.verdict != Verdict::forward && decision.verdict != Verdict::reply) {
    return {.decision = decision};
  }
  const Side to = decision.verdict == Verdict::reply ? from : opposite(from);
  left_.push_back({.to = to, .bytes = {frame.data, frame.data + frame.length}});
  return {.decision = decision, .to = to, .bytes = left_.back().bytes};
}

void Box::collect_outbox() {
  for (const Outbox::Packet& packet : pipeline_.outbox().packets()) {
    left_.push_back({.to = packet.to, .bytes = {packet.bytes.begin(), packet.bytes.end()}});
    sent_.push_back(left_.back());
  }
  pipeline_.outbox().clear();
}

}  // namespace sekimori::test
