#include "common/policy_image.hpp"

#include <sodium.h>

#include <cstring>

namespace sekimori {
namespace {

using Error = tl::unexpected<std::string>;
using Digest = std::array<std::uint8_t, crypto_generichash_BYTES>;

enum class SectionId : std::uint8_t {
  global,
  objects,
  prefixes,
  services,
  source_lists,
  source_entries,
  names
};
constexpr std::array<std::string_view, 7> section_names{
    "global", "objects", "prefixes", "services", "source lists", "source entries", "names"};

struct Section {
  std::uint64_t offset = 0;
  std::uint32_t count = 0;
  std::uint32_t record_bytes = 0;
};

struct Header {
  std::array<char, 8> magic = policy_magic;
  std::uint32_t version = policy_format_version;
  std::uint32_t section_count = section_names.size();
  std::uint64_t image_bytes = 0;
  Digest digest{};
  std::array<Section, section_names.size()> sections{};
};
static_assert(sizeof(Header) == 56 + 7 * 16);

constexpr std::size_t section_alignment = 8;

/// The digest of the whole image, its own place taken as zeros.
Digest digest_of(std::span<const std::byte> image) {
  Header header;
  std::memcpy(&header, image.data(), sizeof(header));
  header.digest = {};
  Digest digest;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, digest.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&header),
                            sizeof(header));
  const auto rest = image.subspan(sizeof(header));
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(rest.data()),
                            rest.size());
  crypto_generichash_final(&state, digest.data(), digest.size());
  return digest;
}

template <typename Record>
tl::expected<std::span<const Record>, std::string> section(std::span<const std::byte> image,
                                                           const Header& header, SectionId id,
                                                           std::uint32_t max_count) {
  const Section& s = header.sections[static_cast<std::size_t>(id)];
  const std::string name{section_names[static_cast<std::size_t>(id)]};
  if (s.record_bytes != sizeof(Record)) {
    return Error{"section " + name + ": record size is " + std::to_string(s.record_bytes) +
                 ", this build reads " + std::to_string(sizeof(Record))};
  }
  if (s.count > max_count) {
    return Error{"section " + name + ": " + std::to_string(s.count) + " records, at most " +
                 std::to_string(max_count) + " are allowed"};
  }
  const std::uint64_t bytes = std::uint64_t{s.count} * sizeof(Record);
  if (s.offset % section_alignment != 0 || s.offset < sizeof(Header) || s.offset > image.size() ||
      bytes > image.size() - s.offset) {
    return Error{"section " + name + ": lies outside the image"};
  }
  return std::span{reinterpret_cast<const Record*>(image.data() + s.offset), s.count};
}

template <typename Enum>
bool in_range(Enum value, Enum last) {
  return static_cast<std::uint8_t>(value) <= static_cast<std::uint8_t>(last);
}

std::string at(std::string_view what, std::size_t index, std::string_view rule) {
  return std::string{what}.append(" ").append(std::to_string(index)).append(": ").append(rule);
}

/// The reason why `prefix` is none, or nothing.
const char* prefix_fault(const Prefix& prefix) {
  if (prefix.length > 128) return "prefix is longer than 128 bits";
  if (prefix.address.masked(prefix.length) != prefix.address) {
    return "prefix has bits set behind its length";
  }
  return nullptr;
}

std::string check_global(const PolicyImage& image) {
  const GlobalRecord& g = image.global();
  if (!in_range(g.unprotected, Action::drop)) return "global: unprotected is no action";
  if (!in_range(g.unknown_ethertype, Action::drop)) return "global: unknown_ethertype is no action";
  if (g.source_list != 0) return "global: source list must be 0";
  if (image.source_lists().empty()) return "global: source list 0 is missing";
  if (g.retransmit_min_ms > g.retransmit_max_ms) return "global: retransmit window is empty";
  for (const std::uint32_t seconds : {g.authenticated_lifetime_s, g.established_timeout_s,
                                      g.half_closed_timeout_s, g.closed_timeout_s}) {
    if (seconds > PolicyBounds::max_seconds) return "global: a time is above 2^20 s";
  }
  if (g.retransmit_max_ms > PolicyBounds::max_seconds * 1000) {
    return "global: retransmit window is above 2^20 s";
  }
  if (g.server_syn_timeout_ms > PolicyBounds::max_server_syn_timeout_ms) {
    return "global: server SYN timeout is above 60 s";
  }
  if (g.server_syn_retries > PolicyBounds::max_server_syn_retries) {
    return "global: server SYN retries are above 10";
  }
  if (image.objects().size() > g.object_capacity) return "global: object capacity is exceeded";
  if (g.object_capacity > PolicyBounds::max_objects) return "global: object capacity is too large";
  for (const std::uint32_t capacity : {g.flow_capacity, g.handshake_capacity, g.hold_capacity,
                                       g.source_capacity, g.backend_capacity, g.object_capacity}) {
    if (capacity == 0) return "global: a table capacity is 0";
    if (capacity > 1U << 28) return "global: a table capacity is above 2^28";
  }
  return {};
}

std::string check_object(const PolicyImage& image, std::size_t index, std::size_t names_size) {
  const ObjectRecord& o = image.objects()[index];
  const auto fault = [&](std::string_view rule) { return at("object", index, rule); };
  if (o.name_length == 0 || o.name_length > PolicyBounds::max_name_length) {
    return fault("name length is out of range");
  }
  if (o.name_offset > names_size || o.name_length > names_size - o.name_offset) {
    return fault("name lies outside the names section");
  }
  if (!in_range(o.syn_mode, SynMode::retransmit)) return fault("SYN mode is unknown");
  if (!in_range(o.fragments, Action::drop)) return fault("fragments is no action");
  if (!in_range(o.unparsed, Action::drop)) return fault("unparsed is no action");
  if (!in_range(o.unknown_ack_reply, UnknownAckReply::rst)) {
    return fault("reply to unknown ACKs is unknown");
  }
  if (o.assumed_window_scale > 14) return fault("window scale is above 14 (RFC 7323)");
  if (o.assumed_mss_ipv4 < 536) return fault("MSS for IPv4 is below 536");
  if (o.assumed_mss_ipv6 < 1220) return fault("MSS for IPv6 is below 1220");
  if (o.syn_ack_window == 0) return fault("SYN-ACK window is 0");
  if (o.source_list >= image.source_lists().size()) return fault("source list does not exist");
  if (o.first_service > image.services().size() ||
      o.service_count > image.services().size() - o.first_service) {
    return fault("services lie outside their section");
  }
  int last = -1;
  for (const ServiceRecord& s : image.services().subspan(o.first_service, o.service_count)) {
    if (!in_range(s.syn_mode, SynMode::retransmit)) return fault("a service's SYN mode is unknown");
    if (s.first_port > s.last_port) return fault("a service's port range is empty");
    if (s.first_port <= last) return fault("services overlap or are not sorted");
    last = s.last_port;
  }
  return {};
}

std::string check_records(const PolicyImage& image, std::size_t names_size) {
  if (std::string fault = check_global(image); !fault.empty()) return fault;
  for (std::size_t i = 0; i < image.objects().size(); ++i) {
    if (std::string fault = check_object(image, i, names_size); !fault.empty()) return fault;
  }
  for (std::size_t i = 0; i < image.prefixes().size(); ++i) {
    const PrefixRecord& p = image.prefixes()[i];
    if (const char* fault = prefix_fault(p.prefix)) return at("prefix", i, fault);
    if (p.object >= image.objects().size()) return at("prefix", i, "object does not exist");
  }
  for (std::size_t i = 0; i < image.source_lists().size(); ++i) {
    const SourceListRecord& l = image.source_lists()[i];
    if (l.first_entry > image.source_entries().size() ||
        l.entry_count > image.source_entries().size() - l.first_entry) {
      return at("source list", i, "entries lie outside their section");
    }
  }
  for (std::size_t i = 0; i < image.source_entries().size(); ++i) {
    const SourceEntryRecord& e = image.source_entries()[i];
    if (const char* fault = prefix_fault(e.prefix)) return at("source entry", i, fault);
    if (!in_range(e.action, SourceAction::block)) return at("source entry", i, "action is unknown");
  }
  return {};
}

template <typename Record>
void append_section(std::vector<std::byte>& image, Header& header, SectionId id,
                    std::span<const Record> records) {
  image.resize((image.size() + section_alignment - 1) / section_alignment * section_alignment);
  header.sections[static_cast<std::size_t>(id)] = {
      .offset = image.size(),
      .count = static_cast<std::uint32_t>(records.size()),
      .record_bytes = sizeof(Record)};
  const auto bytes = std::as_bytes(records);
  image.insert(image.end(), bytes.begin(), bytes.end());
}

}  // namespace

tl::expected<PolicyImage, std::string> PolicyImage::load(std::vector<std::byte> bytes) {
  if (bytes.size() < sizeof(Header)) return Error{"header: file is too short"};
  if (bytes.size() > PolicyBounds::max_image_bytes) return Error{"header: file is too long"};
  PolicyImage image;
  image.bytes_ = std::move(bytes);
  const std::span<const std::byte> view{image.bytes_};
  Header header;
  std::memcpy(&header, view.data(), sizeof(header));
  if (header.magic != policy_magic) return Error{"header: not a Sekimori policy image"};
  if (header.version != policy_format_version) {
    return Error{"header: format version " + std::to_string(header.version) +
                 ", this build reads " + std::to_string(policy_format_version)};
  }
  if (header.section_count != section_names.size()) return Error{"header: wrong section count"};
  if (header.image_bytes != view.size()) return Error{"header: file was cut or extended"};
  if (digest_of(view) != header.digest) return Error{"header: digest does not match the content"};

  const auto global = section<GlobalRecord>(view, header, SectionId::global, 1);
  if (!global) return Error{global.error()};
  if (global->size() != 1) return Error{"section global: must hold one record"};
  std::memcpy(&image.global_, global->data(), sizeof(GlobalRecord));

  const auto read = [&]<typename Record>(std::span<const Record>& into, SectionId id,
                                         std::uint32_t max_count) -> std::string {
    const auto records = section<Record>(view, header, id, max_count);
    if (!records) return records.error();
    into = *records;
    return {};
  };
  std::span<const char> names;
  for (const std::string& fault :
       {read(image.objects_, SectionId::objects, PolicyBounds::max_objects),
        read(image.prefixes_, SectionId::prefixes, PolicyBounds::max_prefixes),
        read(image.services_, SectionId::services, PolicyBounds::max_services),
        read(image.source_lists_, SectionId::source_lists, PolicyBounds::max_source_lists),
        read(image.source_entries_, SectionId::source_entries, PolicyBounds::max_source_entries),
        read(names, SectionId::names, PolicyBounds::max_objects * PolicyBounds::max_name_length)}) {
    if (!fault.empty()) return Error{fault};
  }
  image.names_ = {names.data(), names.size()};
  if (std::string fault = check_records(image, names.size()); !fault.empty()) return Error{fault};
  return image;
}

tl::expected<PolicyImage, std::string> PolicyImage::build(const PolicyContents& contents) {
  Header header;
  std::vector<std::byte> image(sizeof(Header));
  append_section(image, header, SectionId::global, std::span{&contents.global, 1});
  append_section(image, header, SectionId::objects, std::span{contents.objects});
  append_section(image, header, SectionId::prefixes, std::span{contents.prefixes});
  append_section(image, header, SectionId::services, std::span{contents.services});
  append_section(image, header, SectionId::source_lists, std::span{contents.source_lists});
  append_section(image, header, SectionId::source_entries, std::span{contents.source_entries});
  append_section(image, header, SectionId::names, std::span{contents.names});
  header.image_bytes = image.size();
  std::memcpy(image.data(), &header, sizeof(header));
  header.digest = digest_of(image);
  std::memcpy(image.data(), &header, sizeof(header));
  return load(std::move(image));
}

std::string PolicyImage::id() const {
  Header header;
  std::memcpy(&header, bytes_.data(), sizeof(header));
  std::array<char, 17> text{};
  sodium_bin2hex(text.data(), text.size(), header.digest.data(), 8);
  return text.data();
}

std::uint64_t PolicyImage::number() const {
  Header header;
  std::memcpy(&header, bytes_.data(), sizeof(header));
  return sekimori::load<be64>(header.digest.data()).host();
}

}  // namespace sekimori
