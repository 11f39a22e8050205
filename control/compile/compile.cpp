#include "control/compile/compile.hpp"

#include <algorithm>

namespace sekimori {
namespace {

GlobalRecord global_record(const Policy& policy) {
  const auto& [flows, handshakes, hold_segments, hold_segments_per_flow, sources, backends,
               objects] = policy.tables;
  return {.unprotected = policy.box.unprotected,
          .unknown_ethertype = policy.box.unknown_ethertype,
          .hold_segments_per_flow = hold_segments_per_flow,
          .source_list = 0,
          .reply_limit_pps = policy.box.reply_limit_pps,
          .authenticated_lifetime_s = policy.authentication.lifetime_s,
          .retransmit_min_ms = policy.authentication.retransmit_min_ms.value,
          .retransmit_max_ms = policy.authentication.retransmit_max_ms.value,
          .established_timeout_s = policy.timeouts.established_s,
          .half_closed_timeout_s = policy.timeouts.half_closed_s,
          .closed_timeout_s = policy.timeouts.closed_s,
          .server_syn_timeout_ms = policy.timeouts.server_syn_ms,
          .server_syn_retries = policy.timeouts.server_syn_retries,
          .flow_capacity = flows,
          .handshake_capacity = handshakes,
          .hold_capacity = hold_segments,
          .source_capacity = sources,
          .backend_capacity = backends,
          .object_capacity = objects.value};
}

/// Lays out objects one after the other; what belongs to an object goes behind what is there.
class Layout {
 public:
  explicit Layout(const Policy& policy) {
    contents_.global = global_record(policy);
    add_source_list(policy.box.allow, policy.box.block);
    contents_.objects.reserve(policy.objects.size());
    for (const ObjectPolicy& object : policy.objects) add_object(object);
  }

  PolicyContents take() && { return std::move(contents_); }

 private:
  void add_object(const ObjectPolicy& object) {
    const auto index = static_cast<std::uint32_t>(contents_.objects.size());
    for (const PlacedPrefix& prefix : object.prefixes) {
      contents_.prefixes.push_back({.prefix = prefix.value, .reserved = {}, .object = index});
    }
    ObjectRecord record{.name_offset = static_cast<std::uint32_t>(contents_.names.size()),
                        .name_length = static_cast<std::uint16_t>(object.name.value.size()),
                        .syn_mode = object.syn,
                        .fragments = object.fragments,
                        .unparsed = object.unparsed,
                        .unknown_ack_reply = object.unknown_ack,
                        .assumed_window_scale = object.server.window_scale,
                        .assumed_sack = object.server.sack,
                        .assumed_timestamps = object.server.timestamps,
                        .assumed_mss_ipv4 = object.server.mss_ipv4,
                        .assumed_mss_ipv6 = object.server.mss_ipv6,
                        .syn_ack_window = object.server.syn_ack_window,
                        .first_service = static_cast<std::uint32_t>(contents_.services.size()),
                        .service_count = static_cast<std::uint32_t>(object.services.size()),
                        .new_connections_per_s = object.new_connections_per_s};
    if (!object.allow.empty() || !object.block.empty()) {
      record.source_list = add_source_list(object.allow, object.block);
    }
    for (std::size_t c = 0; c < traffic_class_count; ++c) {
      record.limits[c] = {.packets_per_s = object.limits[c].packets_per_s,
                          .bits_per_s = object.limits[c].bits_per_s};
    }
    contents_.names.append(object.name.value);
    contents_.objects.push_back(record);
    add_services(object.services);
  }

  void add_services(const std::vector<ServicePolicy>& services) {
    const auto first = static_cast<std::ptrdiff_t>(contents_.services.size());
    for (const ServicePolicy& service : services) {
      contents_.services.push_back({.first_port = service.ports.value.first,
                                    .last_port = service.ports.value.last,
                                    .syn_mode = service.syn});
    }
    std::ranges::sort(contents_.services.begin() + first, contents_.services.end(), {},
                      &ServiceRecord::first_port);
  }

  /// Returns the number of the list.
  std::uint32_t add_source_list(const std::vector<PlacedPrefix>& allow,
                                const std::vector<PlacedPrefix>& block) {
    auto& entries = contents_.source_entries;
    contents_.source_lists.push_back(
        {.first_entry = static_cast<std::uint32_t>(entries.size()),
         .entry_count = static_cast<std::uint32_t>(allow.size() + block.size())});
    for (const PlacedPrefix& prefix : allow) {
      entries.push_back({.prefix = prefix.value, .action = SourceAction::allow});
    }
    for (const PlacedPrefix& prefix : block) {
      entries.push_back({.prefix = prefix.value, .action = SourceAction::block});
    }
    return static_cast<std::uint32_t>(contents_.source_lists.size() - 1);
  }

  PolicyContents contents_;
};

}  // namespace

PolicyContents policy_contents(const Policy& policy) {
  return Layout{policy}.take();
}

tl::expected<PolicyImage, std::string> compile_policy(const Policy& policy) {
  return PolicyImage::build(policy_contents(policy));
}

}  // namespace sekimori
