#include "tests/property/endpoint.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "dataplane/packet/headers.hpp"

namespace sekimori::test {

Endpoint::Endpoint(Name name, Stack stack, std::uint32_t initial, Bytes to_send, Bytes to_receive)
    : name_(std::move(name)),
      stack_(stack),
      initial_(initial),
      to_send_(std::move(to_send)),
      to_receive_(std::move(to_receive)),
      unacknowledged_(initial),
      next_(initial + 1),
      most_sent_(initial + 1) {}

void Endpoint::check(bool holds, const char* otherwise) {
  if (!holds && !fault_) fault_ = name_.own + ": " + otherwise;
}

std::string Endpoint::syn_options(bool answer, std::uint64_t now_ms) const {
  std::string text = " mss=" + std::to_string(stack_.mss);
  if (answer ? sack_ : stack_.sack) text += " sackok";
  if (answer ? timestamps_ : stack_.timestamps) {
    text += " ts=" + std::to_string(clock(now_ms)) + "/" + std::to_string(answer ? recent_ : 0);
  }
  if (answer ? scaling_ : stack_.scale != no_window_scale) {
    text += " nop ws=" + std::to_string(stack_.scale);
  }
  return text;
}

std::string Endpoint::options(std::uint64_t now_ms) const {
  std::string text;
  if (timestamps_) {
    text = " nop nop ts=" + std::to_string(clock(now_ms)) + "/" + std::to_string(recent_);
  }
  if (!sack_ || islands_.empty()) return text;
  const auto& [offset, length] = *islands_.rbegin();
  const std::uint32_t left = peer_initial_ + 1 + offset;
  // Behind an odd number of NOPs, as nothing asks for alignment.
  return text + " nop sack=" + std::to_string(left) + "-" + std::to_string(left + length);
}

void Endpoint::send(const std::string& flags, std::uint32_t sequence,
                    std::span<const std::uint8_t> data, std::uint64_t now_ms,
                    std::vector<Bytes>& out) {
  const bool syn = flags.find('S') != std::string::npos;
  const bool ack = flags.find('.') != std::string::npos;
  std::string line =
      name_.own + " > " + name_.peer + " tcp [" + flags + "] seq=" + std::to_string(sequence);
  if (ack) {
    const std::uint32_t all = received_ + (end_received_ ? 1U : 0U);
    line += " ack=" + std::to_string(peer_initial_ + 1 + all);
  }
  const std::uint32_t window = stack_.window >> (syn ? 0 : agreed_scale());
  line += " win=" + std::to_string(std::clamp(window, 1U, 65535U));
  line += syn ? syn_options(ack, now_ms) : options(now_ms);
  if (!data.empty()) line += " hex=" + to_hex(data);
  auto frame = encode_packet(line, opposite(name_.side));
  if (!frame) throw std::logic_error{line + ": " + frame.error()};
  out.push_back(std::move(*frame));
}

void Endpoint::poll(std::uint64_t now_ms, std::vector<Bytes>& out) {
  if (!connected_) {
    const bool due = !syn_sent_ || now_ms - progress_ms_ >= syn_retransmission_ms;
    if (!due || (!name_.opens && !peer_known_)) return;
    syn_sent_ = true;
    progress_ms_ = now_ms;
    return send(name_.opens ? "S" : "S.", initial_, {}, now_ms, out);
  }
  if (acknowledged_all()) return;
  if (now_ms - progress_ms_ >= retransmission_ms) {
    next_ = unacknowledged_;
    progress_ms_ = now_ms;
  }
  const std::uint32_t segment = std::min<std::uint32_t>(stack_.mss, 1000);
  const std::uint32_t room =
      std::min(most_in_flight * segment, std::max(1U, peer_window_.value_or(1)));
  while (next_ != end() + 1 && next_ - unacknowledged_ < room) {
    const std::uint32_t offset = next_ - initial_ - 1;
    const std::uint32_t length =
        std::min({segment, room - (next_ - unacknowledged_), end() - next_});
    const bool last = offset + length == to_send_.size();
    send(last ? "FP." : "P.", next_, std::span{to_send_}.subspan(offset, length), now_ms, out);
    next_ += length + (last ? 1U : 0U);
    if (static_cast<std::int32_t>(next_ - most_sent_) > 0) most_sent_ = next_;
  }
}

void Endpoint::take_syn(const Headers& h) {
  if (peer_known_)
    return check(h.sequence == peer_initial_, "the peer's SYN has changed its number");
  peer_known_ = true;
  peer_initial_ = h.sequence;
  scaling_ = stack_.scale != no_window_scale && h.options.window_scale != no_window_scale;
  peer_scale_ = h.options.window_scale;
  sack_ = stack_.sack && h.options.sack_permitted();
  timestamps_ = stack_.timestamps && h.options.has_timestamps();
  recent_ = h.options.timestamp_value;
}

bool Endpoint::take_timestamps(const Headers& h, std::uint64_t now_ms) {
  check(timestamps_ || !h.options.has_timestamps(), "timestamps were not agreed to");
  if (!timestamps_ || !h.options.has_timestamps()) return true;
  if (h.has(tcp_flag::ack)) {
    const std::uint32_t age = clock(now_ms) - h.options.timestamp_echo;
    check(age <= now_ms, "a timestamp is echoed that was never sent");
  }
  const auto newer = static_cast<std::int32_t>(h.options.timestamp_value - recent_);
  // The two clocks run alike, so what is far ahead is wrong and not late.
  check(newer < 120'000, "the peer's clock has jumped");
  if (newer < 0) return false;
  recent_ = h.options.timestamp_value;
  return true;
}

void Endpoint::take_acknowledgement(const Headers& h, const std::uint8_t* tcp,
                                    std::uint64_t now_ms) {
  const std::uint32_t advance = h.acknowledgement - unacknowledged_;
  if (static_cast<std::int32_t>(advance) < 0) {
    return check(
        h.acknowledgement - initial_ <= unacknowledged_ - initial_ && h.acknowledgement != initial_,
        "an acknowledgement lies before everything");
  }
  check(advance <= most_sent_ - unacknowledged_, "what was never sent is acknowledged");
  for (unsigned block = 0; block < h.options.sack_blocks; ++block) {
    check(sack_, "SACK was not agreed to");
    const std::uint8_t* edges = tcp + h.options.sack_offset + 2 + block * 8;
    const std::uint32_t left = load<be32>(edges).host() - initial_;
    const std::uint32_t right = load<be32>(edges + 4).host() - initial_;
    check(left >= 1 && left < right && right <= most_sent_ - initial_,
          "what was never sent is acknowledged selectively");
  }
  if (!h.has(tcp_flag::syn)) peer_window_ = std::uint32_t{h.window} << peer_scale();
  if (h.has(tcp_flag::syn)) peer_window_ = h.window;
  if (advance == 0) return;
  unacknowledged_ = h.acknowledgement;
  if (static_cast<std::int32_t>(unacknowledged_ - next_) > 0) next_ = unacknowledged_;
  progress_ms_ = now_ms;
}

void Endpoint::take_data(const Headers& h, const std::uint8_t* data) {
  const std::uint32_t offset = h.sequence - peer_initial_ - 1;
  const std::uint32_t length = h.payload_length();
  const std::uint32_t total = static_cast<std::uint32_t>(to_receive_.size());
  if (length == 0 && !h.has(tcp_flag::fin)) {
    return check(offset <= total + 1, "a sequence number is not the peer's");
  }
  check(offset <= total && length <= total - offset, "data lies outside of what the peer sends");
  if (fault_) return;
  check(std::equal(data, data + length, to_receive_.begin() + offset), "data has changed");
  if (h.has(tcp_flag::fin)) check(offset + length == total, "the end is not at the end");
  if (offset > received_) {
    if (length > 0) islands_[offset] = std::max(islands_[offset], length);
    return;
  }
  received_ = std::max(received_, offset + length);
  while (!islands_.empty() && islands_.begin()->first <= received_) {
    const auto& [start, held] = *islands_.begin();
    received_ = std::max(received_, start + held);
    islands_.erase(islands_.begin());
  }
  if (h.has(tcp_flag::fin)) end_received_ = received_ == total;
}

void Endpoint::receive(Bytes frame, std::uint64_t now_ms, std::vector<Bytes>& out) {
  const Headers h = parse({.data = frame.data(),
                           .length = static_cast<std::uint32_t>(frame.size()),
                           .capacity = static_cast<std::uint32_t>(frame.size())});
  check(!h.fault && h.kind == Kind::tcp, "a frame is no correct segment");
  check(!h.has(tcp_flag::rst), "the connection was reset");
  if (fault_) return;
  if (h.has(tcp_flag::syn)) {
    check(name_.opens == h.has(tcp_flag::ack), "a SYN came from the wrong end");
    take_syn(h);
  }
  // A server that has no SYN yet knows no connection; what comes then is early.
  check(peer_known_, "a segment came before the SYN");
  if (fault_ || (!h.has(tcp_flag::syn) && !take_timestamps(h, now_ms))) return;
  if (h.has(tcp_flag::ack)) {
    take_acknowledgement(h, frame.data() + h.transport_offset, now_ms);
    connected_ = connected_ || unacknowledged_ != initial_;
  }
  if (!h.has(tcp_flag::syn)) take_data(h, frame.data() + h.payload_offset);
  const bool answers = h.payload_length() > 0 || h.has(tcp_flag::fin) || h.has(tcp_flag::syn);
  if (connected_ && answers) send(".", next_, {}, now_ms, out);
}

}  // namespace sekimori::test
