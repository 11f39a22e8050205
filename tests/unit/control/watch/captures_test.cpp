// Real attack traffic is recognised as what it is. The captures are not part of the project: the
// environment variable SEKIMORI_CAPTURES names their folder.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "control/diagnose/packet_view.hpp"
#include "control/watch/watch.hpp"
#include "dataplane/replay/capture_file.hpp"

namespace sekimori {
namespace {

struct Case {
  const char* capture;
  IncidentKind kind;
  const char* protocol;
};

const Case cases[] = {
    {"pkt.TCP.synflood.spoofed.pcap", IncidentKind::syn_flood_spoofed, ""},
    {"amp.dns.RRSIG.fragmented.pcap", IncidentKind::amplification, "DNS"},
    {"amp.UDP.isakmp.pcap", IncidentKind::amplification, "ISAKMP"},
};

Policy victim() {
  Policy policy;
  ObjectPolicy& object = policy.objects.emplace_back();
  object.name.value = "victim";
  object.prefixes.emplace_back().value = *Prefix::parse("10.10.10.10");
  object.threshold[Vector::packets] = 50;
  return policy;
}

/// Counts a packet as a dataplane that lets everything pass, and samples one of eight.
class Box {
 public:
  void take(const CapturedPacket& packet) {
    const PacketView view = read_packet(packet.bytes);
    for (const TrafficClass c : {TrafficClass::total, class_of(view)}) {
      ++meters_[0].of(c).packets;
      meters_[0].of(c).bytes += packet.wire_length;
    }
    ++meters_[0].passed_packets;
    if (view.kind == PacketClass::syn) ++meters_[0].syn_received;
    if (taken_++ % 8 != 0) return;
    PacketSample& sample = samples_.emplace_back();
    const std::size_t captured =
        std::min<std::size_t>(packet.bytes.size(), PacketSample::max_captured);
    std::copy_n(packet.bytes.begin(), captured, sample.frame.begin());
    sample.captured_bytes = static_cast<std::uint16_t>(captured);
    sample.wire_bytes = packet.wire_length;
    sample.weight = 8;
    sample.unix_ns = packet.unix_ns;
  }

  WatchDecision look(Watch& watch, std::uint64_t ms) {
    WatchDecision decision = watch.step(
        {.now_ms = ms, .monotonic_ms = ms, .objects = meters_, .samples = samples_, .sources = {}});
    samples_.clear();
    return decision;
  }

 private:
  static TrafficClass class_of(const PacketView& view) {
    switch (view.kind) {
      case PacketClass::fragment:
        return TrafficClass::fragment;
      case PacketClass::udp:
        return TrafficClass::udp;
      case PacketClass::icmp:
        return TrafficClass::icmp;
      default:
        return view.is_tcp ? TrafficClass::tcp : TrafficClass::other;
    }
  }

  std::vector<ObjectMeters> meters_ = std::vector<ObjectMeters>(1);
  std::vector<PacketSample> samples_;
  std::uint64_t taken_ = 0;
};

TEST(CapturedAttacks, AreRecognised) {
  const char* folder = std::getenv("SEKIMORI_CAPTURES");
  if (folder == nullptr) GTEST_SKIP() << "SEKIMORI_CAPTURES names no folder of captures";
  for (const Case& c : cases) {
    SCOPED_TRACE(c.capture);
    auto reader = CaptureReader::open((std::filesystem::path{folder} / c.capture).string());
    ASSERT_TRUE(reader.has_value()) << reader.error();
    Watch watch{std::make_shared<const Policy>(victim()), {}, {}};
    Box box;
    Incident incident;
    const std::uint64_t first_ms = reader->front()->unix_ns / 1'000'000;
    // A second of quiet before, and some after for what is short.
    std::uint64_t ms = first_ms - 1'000;
    for (; ms < first_ms + 4'000; ms += 100) {
      for (; reader->front() && reader->front()->unix_ns / 1'000'000 < ms; reader->next()) {
        box.take(*reader->front());
      }
      const WatchDecision decision = box.look(watch, ms);
      if (!decision.incidents.empty()) incident = decision.incidents.back();
    }
    EXPECT_EQ(incident_kind_texts[static_cast<std::size_t>(incident.diagnosis.kind)].name,
              incident_kind_texts[static_cast<std::size_t>(c.kind)].name);
    EXPECT_EQ(incident.diagnosis.protocol, c.protocol);
    EXPECT_LE(incident.recorded_ms - first_ms, 3'000U);
    EXPECT_EQ(incident.samples.size(), 10U);
  }
}

}  // namespace
}  // namespace sekimori
