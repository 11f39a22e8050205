#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <vector>

#include "common/address.hpp"

namespace sekimori {

// The policy as the dataplane reads it: one contiguous block of records, written by control and
// never changed afterwards. All integers are little-endian. Records refer to each other by index
// and to text by offset; `PolicyImage::load` checks every one of them, so that readers need not.

inline constexpr std::array<char, 8> policy_magic{'S', 'E', 'K', 'I', 'P', 'O', 'L', '\0'};
inline constexpr std::uint32_t policy_format_version = 1;

/// Bounds that a loaded image is known to keep.
struct PolicyBounds {
  static constexpr std::uint32_t max_objects = 1U << 17;
  static constexpr std::uint32_t max_prefixes = 1U << 18;
  static constexpr std::uint32_t max_services = 1U << 20;
  static constexpr std::uint32_t max_source_lists = max_objects + 1;
  static constexpr std::uint32_t max_source_entries = 1U << 22;
  static constexpr std::uint32_t max_name_length = 63;
  static constexpr std::uint64_t max_image_bytes = 1ULL << 30;
  /// Clocks of 32-bit milliseconds compare times up to half their range apart.
  static constexpr std::uint32_t max_seconds = 1U << 20;
  static constexpr std::uint32_t max_server_syn_timeout_ms = 60'000;
  static constexpr std::uint32_t max_server_syn_retries = 10;
};

enum class Action : std::uint8_t { pass, drop };

/// How SYNs from outside are authenticated; see docs/PACKET_PATH.md.
enum class SynMode : std::uint8_t { off, proxy, reset, bad_ack, retransmit };
inline constexpr std::array<std::string_view, 5> syn_mode_names{"off", "proxy", "reset", "bad-ack",
                                                                "retransmit"};

/// What answers a segment that acknowledges no cookie and belongs to no connection.
enum class UnknownAckReply : std::uint8_t { none, rst };

/// The classes of traffic that are metered and limited per object.
enum class TrafficClass : std::uint8_t { total, tcp, udp, icmp, fragment, other };
inline constexpr std::size_t traffic_class_count = 6;
inline constexpr std::array<std::string_view, traffic_class_count> traffic_class_names{
    "total", "tcp", "udp", "icmp", "fragment", "other"};

/// A rate that may not be passed, over all workers; 0 means no limit.
struct LimitRecord {
  std::uint64_t packets_per_s = 0;
  std::uint64_t bits_per_s = 0;
};

/// Settings that hold for the whole box.
struct GlobalRecord {
  Action unprotected = Action::pass;
  Action unknown_ethertype = Action::pass;
  std::uint16_t hold_segments_per_flow = 0;
  std::uint32_t source_list = 0;
  std::uint32_t reply_limit_pps = 0;
  std::uint32_t authenticated_lifetime_s = 0;
  std::uint32_t retransmit_min_ms = 0;
  std::uint32_t retransmit_max_ms = 0;
  std::uint32_t established_timeout_s = 0;
  std::uint32_t half_closed_timeout_s = 0;
  std::uint32_t closed_timeout_s = 0;
  std::uint32_t server_syn_timeout_ms = 0;
  std::uint32_t server_syn_retries = 0;
  // Capacities of the tables of one worker; read at start only.
  std::uint32_t flow_capacity = 0;
  std::uint32_t handshake_capacity = 0;
  std::uint32_t hold_capacity = 0;
  std::uint32_t source_capacity = 0;
  std::uint32_t backend_capacity = 0;
  std::uint32_t object_capacity = 0;
};

/// A protected object.
struct ObjectRecord {
  std::uint32_t name_offset = 0;
  std::uint16_t name_length = 0;
  SynMode syn_mode = SynMode::off;
  Action fragments = Action::pass;
  Action unparsed = Action::drop;
  UnknownAckReply unknown_ack_reply = UnknownAckReply::none;
  /// What a server is taken to offer until its own SYN-ACK has been seen.
  std::uint8_t assumed_window_scale = 0;
  std::uint8_t assumed_sack = 0;
  std::uint8_t assumed_timestamps = 0;
  std::uint8_t reserved = 0;
  std::uint16_t assumed_mss_ipv4 = 0;
  std::uint16_t assumed_mss_ipv6 = 0;
  std::uint16_t syn_ack_window = 0;
  std::uint32_t source_list = 0;
  std::uint32_t first_service = 0;
  std::uint32_t service_count = 0;
  /// Connections that cookies may create, over all workers; 0 means no limit.
  std::uint32_t new_connections_per_s = 0;
  std::uint32_t reserved_2 = 0;
  std::array<LimitRecord, traffic_class_count> limits{};

  [[nodiscard]] const LimitRecord& limit(TrafficClass c) const {
    return limits[static_cast<std::size_t>(c)];
  }
};

/// A destination prefix of an object. Prefixes may overlap; the longest wins.
struct PrefixRecord {
  Prefix prefix;
  std::array<std::uint8_t, 3> reserved{};
  std::uint32_t object = 0;
};

/// A range of TCP destination ports of an object with a SYN mode of its own. The ranges of an
/// object are sorted and do not overlap.
struct ServiceRecord {
  std::uint16_t first_port = 0;
  std::uint16_t last_port = 0;
  SynMode syn_mode = SynMode::off;
  std::array<std::uint8_t, 3> reserved{};
};

/// A list of source prefixes. List 0 is the box's own; an object's `source_list` of 0 means that it
/// has none.
struct SourceListRecord {
  std::uint32_t first_entry = 0;
  std::uint32_t entry_count = 0;
};

enum class SourceAction : std::uint8_t { allow, block };

struct SourceEntryRecord {
  Prefix prefix;
  SourceAction action = SourceAction::allow;
};

static_assert(sizeof(GlobalRecord) == 68 && std::is_trivially_copyable_v<GlobalRecord>);
static_assert(sizeof(ObjectRecord) == 136 && std::is_trivially_copyable_v<ObjectRecord>);
static_assert(sizeof(PrefixRecord) == 24 && std::is_trivially_copyable_v<PrefixRecord>);
static_assert(sizeof(ServiceRecord) == 8 && std::is_trivially_copyable_v<ServiceRecord>);
static_assert(sizeof(SourceListRecord) == 8 && std::is_trivially_copyable_v<SourceListRecord>);
static_assert(sizeof(SourceEntryRecord) == 18 && std::is_trivially_copyable_v<SourceEntryRecord>);

/// The parts of an image before they are laid out; what control fills in.
struct PolicyContents {
  GlobalRecord global;
  std::vector<ObjectRecord> objects;
  std::vector<PrefixRecord> prefixes;
  std::vector<ServiceRecord> services;
  std::vector<SourceListRecord> source_lists;
  std::vector<SourceEntryRecord> source_entries;
  std::string names;
};

/// A loaded, checked and immutable policy.
class PolicyImage {
 public:
  PolicyImage(PolicyImage&&) = default;
  PolicyImage& operator=(PolicyImage&&) = default;

  /// Takes the bytes of a file and checks magic, version, sizes, digest (BLAKE2b-256), every index,
  /// every enumerator and every range. The error names the section, the record and the rule.
  static tl::expected<PolicyImage, std::string> load(std::vector<std::byte> bytes);

  /// Lays `contents` out and loads the result, so what was written is also what can be read.
  static tl::expected<PolicyImage, std::string> build(const PolicyContents& contents);

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  /// The first 16 hexadecimal digits of the digest, which name the policy in logs and statistics.
  [[nodiscard]] std::string id() const;
  /// The same as a number, as statistics have it.
  [[nodiscard]] std::uint64_t number() const;

  [[nodiscard]] const GlobalRecord& global() const { return global_; }
  [[nodiscard]] std::span<const ObjectRecord> objects() const { return objects_; }
  [[nodiscard]] std::span<const PrefixRecord> prefixes() const { return prefixes_; }
  [[nodiscard]] std::span<const ServiceRecord> services() const { return services_; }
  [[nodiscard]] std::span<const SourceListRecord> source_lists() const { return source_lists_; }
  [[nodiscard]] std::span<const SourceEntryRecord> source_entries() const {
    return source_entries_;
  }
  [[nodiscard]] std::string_view name(const ObjectRecord& object) const {
    return names_.substr(object.name_offset, object.name_length);
  }

 private:
  PolicyImage() = default;

  std::vector<std::byte> bytes_;
  GlobalRecord global_;
  std::span<const ObjectRecord> objects_;
  std::span<const PrefixRecord> prefixes_;
  std::span<const ServiceRecord> services_;
  std::span<const SourceListRecord> source_lists_;
  std::span<const SourceEntryRecord> source_entries_;
  std::string_view names_;
};

}  // namespace sekimori
