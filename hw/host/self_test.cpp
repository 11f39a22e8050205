#include "hw/host/self_test.hpp"

#include <chrono>
#include <vector>

#include "hw/host/dns_suffix_kernel.hpp"
#include "hw/host/packet_pump.hpp"
#include "hw/host/self_test_vectors.hpp"
#include "hw/host/syn_cookie_kernel.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t seed = 1;
/// As the dataplane numbers the key of its flow table.
constexpr std::uint64_t flow_table_purpose = 0;
constexpr std::chrono::milliseconds patience{30'000};

std::uint8_t digit(char c) {
  return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

std::vector<std::uint8_t> bytes_of(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return bytes;
}

tl::expected<SynCookieKernel, std::string> prepare_syn_cookie(Card& card) {
  auto kernel = SynCookieKernel::open(card.registers(CardKernel::syn_cookie));
  if (!kernel) return kernel;
  const auto policy = PolicyImage::build(self_test_policy());
  if (!policy) return tl::unexpected{policy.error()};
  const auto tables = OffloadTables::from_policy(*policy, {}, kernel->capacity());
  if (!tables) return tl::unexpected{tables.error()};
  const MasterSecret secret = self_test_secret();
  kernel->control({});
  kernel->load(*tables);
  kernel->set_flow_key(secret.table_key(flow_table_purpose));
  const std::uint64_t slot = cookie_slot(self_test_unix_ms / 1000);
  for (const std::uint64_t one : {slot - 1, slot}) {
    kernel->set_cookie_key(one, secret.cookie_key(one));
  }
  kernel->set_time(self_test_unix_ms, 0);
  kernel->control({.answer = true});
  return kernel;
}

tl::expected<DnsSuffixKernel, std::string> prepare_dns_suffix(Card& card) {
  auto kernel = DnsSuffixKernel::open(card.registers(CardKernel::dns_suffix));
  if (!kernel) return kernel;
  const SuffixCuckoo::Entry entry{.hash = self_test_suffix_hash, .value = self_test_suffix_value};
  auto loaded = kernel->load(self_test_suffix_key, {&entry, 1});
  if (!loaded) return tl::unexpected{std::move(loaded.error())};
  return kernel;
}

tl::expected<PumpResult, std::string> send_frames(Card& card) {
  auto pump = PacketPump::open(card);
  if (!pump) return tl::unexpected{std::move(pump.error())};
  std::vector<PumpedFrame> frames;
  for (const SelfTestVector& vector : self_test_vectors) {
    frames.push_back({.bytes = bytes_of(vector.frame)});
  }
  return pump->run(frames, patience);
}

/// The first vector whose outcome is not there, in its stream and its turn.
std::string difference(const PumpResult& result) {
  std::size_t on = 0;
  std::size_t back = 0;
  for (const SelfTestVector& vector : self_test_vectors) {
    const bool answered = !vector.back.empty();
    const auto& stream = answered ? result.back : result.on;
    std::size_t& next = answered ? back : on;
    const std::string what = "self-test: " + std::string{vector.what};
    if (next >= stream.size()) return what + " did not come out where it should";
    if (stream[next] != bytes_of(answered ? vector.back : vector.on)) {
      return what + " came out other than software makes it";
    }
    ++next;
  }
  if (on != result.on.size() || back != result.back.size()) {
    return "self-test: more frames came out than went in";
  }
  return {};
}

}  // namespace

MasterSecret self_test_secret() {
  return MasterSecret::from_seed(seed);
}

PolicyContents self_test_policy() {
  PolicyContents contents;
  contents.global = {.hold_segments_per_flow = 1,
                     .server_syn_timeout_ms = 1000,
                     .flow_capacity = 64,
                     .handshake_capacity = 8,
                     .hold_capacity = 8,
                     .source_capacity = 64,
                     .backend_capacity = 64,
                     .object_capacity = 64};
  contents.source_lists.push_back({});
  contents.names = "self-test";
  contents.objects.push_back({.name_offset = 0,
                              .name_length = static_cast<std::uint16_t>(contents.names.size()),
                              .syn_mode = SynMode::proxy,
                              .assumed_window_scale = 7,
                              .assumed_sack = 1,
                              .assumed_timestamps = 1,
                              .assumed_mss_ipv4 = 1460,
                              .assumed_mss_ipv6 = 1440,
                              .syn_ack_window = 14600});
  for (const char* prefix : {"192.0.2.0/24", "2001:db8::/32"}) {
    contents.prefixes.push_back({.prefix = Prefix::parse(prefix).value(), .object = 0});
  }
  return contents;
}

tl::expected<std::size_t, std::string> run_self_test(Card& card) {
  auto syn_cookie = prepare_syn_cookie(card);
  if (!syn_cookie) return tl::unexpected{std::move(syn_cookie.error())};
  auto dns_suffix = prepare_dns_suffix(card);
  if (!dns_suffix) return tl::unexpected{std::move(dns_suffix.error())};
  const auto result = send_frames(card);
  syn_cookie->control({});
  dns_suffix->enable(false);
  if (!result) return tl::unexpected{result.error()};
  if (std::string wrong = difference(*result); !wrong.empty()) {
    return tl::unexpected{std::move(wrong)};
  }
  return self_test_vectors.size();
}

}  // namespace sekimori
