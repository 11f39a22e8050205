#include "tests/support/test_policy.hpp"

#include <stdexcept>

namespace sekimori::test {
namespace {

Prefix prefix(const std::string& text) {
  const auto parsed = Prefix::parse(text);
  if (!parsed) throw std::invalid_argument{"'" + text + "' is no prefix"};
  return *parsed;
}

std::uint32_t add_source_list(PolicyContents& contents, const std::vector<std::string>& allow,
                              const std::vector<std::string>& block) {
  SourceListRecord list{.first_entry = static_cast<std::uint32_t>(contents.source_entries.size()),
                        .entry_count = static_cast<std::uint32_t>(allow.size() + block.size())};
  for (const std::string& text : allow) {
    contents.source_entries.push_back({.prefix = prefix(text), .action = SourceAction::allow});
  }
  for (const std::string& text : block) {
    contents.source_entries.push_back({.prefix = prefix(text), .action = SourceAction::block});
  }
  contents.source_lists.push_back(list);
  return static_cast<std::uint32_t>(contents.source_lists.size() - 1);
}

void add_object(PolicyContents& contents, const TestObject& object) {
  const auto index = static_cast<std::uint32_t>(contents.objects.size());
  ObjectRecord record = object.settings;
  record.name_offset = static_cast<std::uint32_t>(contents.names.size());
  record.name_length = static_cast<std::uint16_t>(object.name.size());
  contents.names += object.name;
  record.first_service = static_cast<std::uint32_t>(contents.services.size());
  record.service_count = static_cast<std::uint32_t>(object.services.size());
  contents.services.insert(contents.services.end(), object.services.begin(), object.services.end());
  if (!object.allow.empty() || !object.block.empty()) {
    record.source_list = add_source_list(contents, object.allow, object.block);
  }
  contents.objects.push_back(record);
  for (const std::string& text : object.prefixes) {
    contents.prefixes.push_back({.prefix = prefix(text), .object = index});
  }
}

}  // namespace

GlobalRecord ordinary_global() {
  return {.unprotected = Action::pass,
          .unknown_ethertype = Action::pass,
          .hold_segments_per_flow = 10,
          .reply_limit_pps = 1000,
          .authenticated_lifetime_s = 600,
          .retransmit_min_ms = 300,
          .retransmit_max_ms = 10'000,
          .established_timeout_s = 3600,
          .half_closed_timeout_s = 300,
          .closed_timeout_s = 10,
          .server_syn_timeout_ms = 1000,
          .server_syn_retries = 4,
          .flow_capacity = 256,
          .handshake_capacity = 64,
          .hold_capacity = 32,
          .source_capacity = 64,
          .backend_capacity = 64,
          .object_capacity = 16};
}

ObjectRecord ordinary_object(SynMode mode) {
  return {.syn_mode = mode,
          .assumed_window_scale = 7,
          .assumed_sack = 1,
          .assumed_timestamps = 0,
          .assumed_mss_ipv4 = 1460,
          .assumed_mss_ipv6 = 1440,
          .syn_ack_window = 14600};
}

TestPolicy policy_with_mode(SynMode mode) {
  return {.objects = {{.settings = ordinary_object(mode)}}};
}

PolicyImage build_image(const TestPolicy& policy) {
  PolicyContents contents;
  contents.global = policy.global;
  add_source_list(contents, policy.allow, policy.block);
  for (const TestObject& object : policy.objects) add_object(contents, object);
  auto image = PolicyImage::build(contents);
  if (!image) throw std::invalid_argument{image.error()};
  return std::move(*image);
}

}  // namespace sekimori::test
