#include <array>

#include "control/model/key_binding.hpp"

namespace sekimori {
namespace {

constexpr std::array<std::string_view, 2> unknown_ack_names{"none", "rst"};

constexpr std::array object_keys{
    key<&ObjectPolicy::name>(
        {.name = "name",
         .text = "What the object is called in statistics and messages. No two objects share a "
                 "name.",
         .example = R"("web")",
         .required = true}),
    key<&ObjectPolicy::prefixes>(
        {.name = "prefixes",
         .text = "The destination addresses that belong to the object. Prefixes of different "
                 "objects may overlap, and the longest wins; the same prefix may not stand in two "
                 "objects.",
         .example = R"(["192.0.2.10", "2001:db8:80::/64"])",
         .required = true}),
    key<&ObjectPolicy::allow>(
        {.name = "allow",
         .text =
             "Sources that need not authenticate themselves to this object and meet none of its "
             "limits. The longest prefix of allow and block wins; a source in neither is looked "
             "up in box.allow and box.block.",
         .example = R"(["203.0.113.0/24"])"}),
    key<&ObjectPolicy::block>(
        {.name = "block",
         .text = "Sources whose packets to this object are dropped (source_blocked).",
         .example = R"(["198.51.100.0/24"])"}),
    key<&ObjectPolicy::syn>(
        {.name = "syn",
         .text =
             "How a client must prove that its source address is its own before a SYN reaches the "
             "server. off: not at all. proxy: the handshake is completed here with a cookie and "
             "then spliced to the server; nothing changes for the client. reset: after a cookie "
             "handshake the connection is reset, and the client's second attempt passes. bad-ack: "
             "the SYN is answered with a wrong acknowledgement, and the RST of a real stack "
             "authenticates the source; the client's repeated SYN passes. retransmit: the first "
             "SYN is dropped; its repetition passes and authenticates the source.",
         .example = R"("proxy")",
         .fallback = index_of(SynMode::off),
         .choices = syn_mode_names}),
    key<&ObjectPolicy::fragments>(
        {.name = "fragments",
         .text =
             "What becomes of IP fragments. Where any syn is not off, fragments of TCP are dropped "
             "in any case: they cannot be authenticated, and TCP stacks send none.",
         .example = R"("drop")",
         .fallback = index_of(Action::pass),
         .choices = action_names}),
    key<&ObjectPolicy::unparsed>(
        {.name = "unparsed",
         .text = "What becomes of packets with more extension headers than the parser reads.",
         .example = R"("pass")",
         .fallback = index_of(Action::drop),
         .choices = action_names}),
    key<&ObjectPolicy::unknown_ack>(
        {.name = "unknown_ack",
         .text =
             "Mode proxy: what answers a segment that belongs to no connection and acknowledges no "
             "cookie. rst tells the clients of connections that were open before Sekimori was "
             "put in the way to open them again; box.reply_limit bounds it.",
         .example = R"("rst")",
         .fallback = index_of(UnknownAckReply::none),
         .choices = unknown_ack_names}),
    key<&ObjectPolicy::new_connections_per_s>(
        {.name = "new_connections",
         .text = "Connections that cookies may open each second, over all workers. 0 means no "
                 "limit.",
         .example = R"("5k")",
         .unit = Unit::per_s,
         .minimum = 0,
         .maximum = max_rate_per_s,
         .fallback = 0}),
    key<&ObjectPolicy::tenant>(
        {.name = "tenant",
         .text = "The name of the tenant to whom the object belongs. Without one it is nobody's: "
                 "only the operators are told about it.",
         .example = R"("kita")"}),
};

constexpr std::array server_keys{
    key<&ServerPolicy::mss_ipv4>({.name = "mss_ipv4",
                                  .text = "Maximum segment size over IPv4.",
                                  .example = "1400",
                                  .minimum = 536,
                                  .maximum = 65'495,
                                  .fallback = 1'460}),
    key<&ServerPolicy::mss_ipv6>({.name = "mss_ipv6",
                                  .text = "Maximum segment size over IPv6.",
                                  .example = "1380",
                                  .minimum = 1'220,
                                  .maximum = 65'475,
                                  .fallback = 1'440}),
    key<&ServerPolicy::window_scale>({.name = "window_scale",
                                      .text = "Shift of the server's windows (RFC 7323).",
                                      .example = "7",
                                      .minimum = 0,
                                      .maximum = 14,
                                      .fallback = 7}),
    key<&ServerPolicy::sack>({.name = "sack",
                              .text = "Whether the server permits selective acknowledgements.",
                              .example = "true",
                              .fallback = 1}),
    key<&ServerPolicy::timestamps>(
        {.name = "timestamps",
         .text = "Whether the server uses timestamps (RFC 7323); taken for granted until its first "
                 "SYN-ACK says otherwise.",
         .example = "true",
         .fallback = 1}),
    key<&ServerPolicy::syn_ack_window>(
        {.name = "syn_ack_window",
         .text = "The window in our SYN-ACK: the bytes of early data that a client may send "
                 "before the server is connected.",
         .example = "14600",
         .minimum = 1,
         .maximum = 65'535,
         .fallback = 14'600}),
};

constexpr std::array limit_keys{
    key<&LimitPolicy::packets_per_s>({.name = "packets",
                                      .text = "Packets each second. 0 means no limit.",
                                      .example = R"("10k")",
                                      .unit = Unit::packets_per_s,
                                      .minimum = 0,
                                      .maximum = max_packets_per_s,
                                      .fallback = 0}),
    key<&LimitPolicy::bits_per_s>(
        {.name = "bits",
         .text = "Bits each second, counted over whole frames. 0 means no limit.",
         .example = R"("1G")",
         .unit = Unit::bits_per_s,
         .minimum = 0,
         .maximum = max_bits_per_s,
         .fallback = 0}),
};

constexpr std::array service_keys{
    key<&ServicePolicy::ports>(
        {.name = "ports",
         .text = "A TCP destination port or a range of them. The ranges of an object do not "
                 "overlap.",
         .example = R"("8000-8100")",
         .required = true}),
    key<&ServicePolicy::syn>(
        {.name = "syn",
         .text = "The mode for these ports instead of object.syn. Where the server speaks first, "
                 "as in SMTP, retransmit or reset is better than proxy (RFC 4987, section 3.6).",
         .example = R"("retransmit")",
         .required = true,
         .choices = syn_mode_names}),
};

}  // namespace

template <>
std::span<const Key<ObjectPolicy>> keys_of() {
  return object_keys;
}

template <>
std::span<const Key<ServerPolicy>> keys_of() {
  return server_keys;
}

template <>
std::span<const Key<LimitPolicy>> keys_of() {
  return limit_keys;
}

template <>
std::span<const Key<ServicePolicy>> keys_of() {
  return service_keys;
}

}  // namespace sekimori
