#include "tests/support/packet_socket.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <bit>
#include <cstring>

#include "tests/support/errors.hpp"

namespace sekimori::lab {
namespace {

constexpr std::size_t longest_frame = 1 << 16;
constexpr std::size_t mac_addresses_length = 12;
constexpr std::size_t vlan_tag_length = 4;

template <class Value>
void set_option(int fd, int level, int option, const Value& value, const char* what) {
  checked(::setsockopt(fd, level, option, &value, sizeof value), what);
}

void attach(int fd, const bpf_program& program) {
  static_assert(sizeof(bpf_insn) == sizeof(sock_filter));
  sock_fprog kernel_program{
      .len = static_cast<unsigned short>(program.bf_len),
      .filter = std::bit_cast<sock_filter*>(program.bf_insns),
  };
  set_option(fd, SOL_SOCKET, SO_ATTACH_FILTER, kernel_program, "SO_ATTACH_FILTER");
}

}  // namespace

PacketSocket::PacketSocket(const std::string& interface, Sees sees, const PacketFilter* filter) {
  // Protocol 0 receives nothing until bind() names the protocol and the interface together.
  fd_ = UniqueFd{
      checked(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "packet socket")};
  if (filter != nullptr) {
    attach(fd(), filter->program());
  }
  if (sees == Sees::arriving) {
    set_option(fd(), SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
  }
  set_option(fd(), SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA");
  set_option(fd(), SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20, "SO_RCVBUFFORCE");
  set_option(fd(), SOL_SOCKET, SO_SNDBUFFORCE, 16 << 20, "SO_SNDBUFFORCE");
  const int index = static_cast<int>(::if_nametoindex(interface.c_str()));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = index;
  checked(::bind(fd(), reinterpret_cast<sockaddr*>(&address), sizeof address),
          "bind to " + interface);
  packet_mreq membership{};
  membership.mr_ifindex = index;
  membership.mr_type = PACKET_MR_PROMISC;
  set_option(fd(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership, "PACKET_ADD_MEMBERSHIP");
}

PacketSocket::PacketSocket(const Port& port, Sees sees, const PacketFilter* filter)
    : PacketSocket(port.where->run([&] {
        return PacketSocket{port.interface, sees, filter};
      })) {}

std::optional<std::vector<std::byte>> PacketSocket::receive() {
  std::vector<std::byte> frame(longest_frame);
  // Room for a tag is kept in front, so that putting it back moves 12 bytes only.
  iovec target{.iov_base = frame.data() + vlan_tag_length,
               .iov_len = frame.size() - vlan_tag_length};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(tpacket_auxdata))> control{};
  msghdr message{};
  message.msg_iov = &target;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t length = ::recvmsg(fd(), &message, MSG_DONTWAIT);
  if (length < static_cast<ssize_t>(mac_addresses_length)) {
    return std::nullopt;
  }
  frame.resize(vlan_tag_length + static_cast<std::size_t>(length));
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    tpacket_auxdata data{};
    if (part->cmsg_level != SOL_PACKET || part->cmsg_type != PACKET_AUXDATA) {
      continue;
    }
    std::memcpy(&data, CMSG_DATA(part), sizeof data);
    if ((data.tp_status & TP_STATUS_VLAN_VALID) != 0) {
      const std::array<std::uint16_t, 2> tag{htons(data.tp_vlan_tpid), htons(data.tp_vlan_tci)};
      std::memmove(frame.data(), frame.data() + vlan_tag_length, mac_addresses_length);
      std::memcpy(frame.data() + mac_addresses_length, tag.data(), vlan_tag_length);
      return frame;
    }
  }
  frame.erase(frame.begin(), frame.begin() + vlan_tag_length);
  return frame;
}

bool PacketSocket::send(std::span<const std::byte> frame) {
  return ::send(fd(), frame.data(), frame.size(), MSG_DONTWAIT) ==
         static_cast<ssize_t>(frame.size());
}

std::uint64_t PacketSocket::take_count() {
  tpacket_stats counted{};
  socklen_t length = sizeof counted;
  checked(::getsockopt(fd(), SOL_PACKET, PACKET_STATISTICS, &counted, &length),
          "PACKET_STATISTICS");
  return counted.tp_packets;
}

}  // namespace sekimori::lab
