#include "tests/system/port_site.hpp"

#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"

namespace sekimori::lab {

using test::Bytes;

PortSite::PortSite() {
  // Interfaces that say nothing by themselves, so that counters count what a test has sent.
  for (const Namespace* silent : {&hosts, &box}) {
    silent->set_sysctl("net.ipv6.conf.all.disable_ipv6", "1");
    silent->set_sysctl("net.ipv6.conf.default.disable_ipv6", "1");
  }
}

void PortSite::lay_cables() {
  cables.push_back(std::make_unique<VethPair>(client, Port{&box, "outside"}));
  cables.push_back(std::make_unique<VethPair>(server, Port{&box, "inside"}));
}

std::vector<Bytes> datagrams(Side toward, std::size_t count, const std::string& client) {
  constexpr std::size_t longest_payload = 1400;
  const std::string far = client + ":4000";
  const std::string near = std::string{server_address} + ":7";
  const std::string ends = toward == Side::inside ? far + " > " + near : near + " > " + far;
  std::vector<Bytes> frames;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string tag = i % 4 == 3 ? "vlan=" + std::to_string(100 + i % 1000) + " " : "";
    const std::string length = std::to_string(i * longest_payload / count);
    const auto frame =
        test::encode_packet(tag + ends + " udp id=" + std::to_string(i) + " len=" + length, toward);
    if (!frame) throw LabError(frame.error());
    frames.push_back(*frame);
  }
  return frames;
}

const PacketFilter& datagram_filter() {
  static const PacketFilter filter{"udp port 4000 or (vlan and udp port 4000)"};
  return filter;
}

std::vector<Bytes> receive(PacketSocket& socket, std::size_t count) {
  std::vector<Bytes> frames;
  (void)wait_until(patience, [&] {
    while (const auto frame = socket.receive()) {
      const auto* first = reinterpret_cast<const std::uint8_t*>(frame->data());
      frames.emplace_back(first, first + frame->size());
    }
    return frames.size() >= count;
  });
  return frames;
}

void send(PacketSocket& socket, const std::vector<Bytes>& frames) {
  for (const Bytes& frame : frames) {
    if (!wait_until(patience, [&] { return socket.send(std::as_bytes(std::span{frame})); })) {
      throw LabError("the interface takes no more frames");
    }
  }
}

bool reaches(const Port& client, const Port& server) {
  const PacketFilter probes{"udp port 4001"};
  PacketSocket outside{client, PacketSocket::Sees::arriving, &probes};
  PacketSocket inside{server, PacketSocket::Sees::arriving, &probes};
  const auto probe = test::encode_packet("198.51.100.7:4001 > 192.0.2.10:7 udp", Side::inside);
  if (!probe) throw LabError(probe.error());
  return wait_until(patience, [&] {
    (void)outside.send(std::as_bytes(std::span{*probe}));
    return inside.receive().has_value();
  });
}

}  // namespace sekimori::lab
