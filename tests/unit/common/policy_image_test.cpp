#include "common/policy_image.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/policy_image_seal.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;

/// Two objects, the first with two services and a source list of its own.
PolicyContents sample() {
  PolicyContents contents;
  contents.global = {.unprotected = Action::drop,
                     .hold_segments_per_flow = 10,
                     .reply_limit_pps = 1'000,
                     .authenticated_lifetime_s = 600,
                     .retransmit_min_ms = 300,
                     .retransmit_max_ms = 10'000,
                     .flow_capacity = 1'024,
                     .handshake_capacity = 64,
                     .hold_capacity = 64,
                     .source_capacity = 1'024,
                     .backend_capacity = 64,
                     .object_capacity = 16};
  contents.names = "webmail";
  ObjectRecord web{.name_offset = 0,
                   .name_length = 3,
                   .syn_mode = SynMode::proxy,
                   .assumed_window_scale = 7,
                   .assumed_mss_ipv4 = 1'460,
                   .assumed_mss_ipv6 = 1'440,
                   .syn_ack_window = 14'600,
                   .source_list = 1,
                   .first_service = 0,
                   .service_count = 2};
  web.limits[2] = {.packets_per_s = 10'000, .bits_per_s = 1'000'000};
  ObjectRecord mail = web;
  mail.name_offset = 3;
  mail.name_length = 4;
  mail.source_list = 0;
  mail.first_service = 2;
  mail.service_count = 0;
  contents.objects = {web, mail};
  contents.prefixes = {{.prefix = *Prefix::parse("192.0.2.10"), .reserved = {}, .object = 0},
                       {.prefix = *Prefix::parse("2001:db8::/64"), .reserved = {}, .object = 1}};
  contents.services = {{.first_port = 25, .last_port = 25, .syn_mode = SynMode::retransmit},
                       {.first_port = 80, .last_port = 443, .syn_mode = SynMode::reset}};
  contents.source_lists = {{.first_entry = 0, .entry_count = 1},
                           {.first_entry = 1, .entry_count = 1}};
  contents.source_entries = {
      {.prefix = *Prefix::parse("198.51.100.0/24"), .action = SourceAction::block},
      {.prefix = *Prefix::parse("203.0.113.0/24"), .action = SourceAction::allow}};
  return contents;
}

std::vector<std::byte> sample_bytes() {
  const auto image = PolicyImage::build(sample());
  return {image->bytes().begin(), image->bytes().end()};
}

TEST(PolicyImage, GivesBackWhatWasBuilt) {
  const auto image = PolicyImage::load(sample_bytes());
  ASSERT_TRUE(image.has_value()) << image.error();
  EXPECT_EQ(image->global().unprotected, Action::drop);
  EXPECT_EQ(image->global().object_capacity, 16U);
  ASSERT_EQ(image->objects().size(), 2U);
  EXPECT_EQ(image->name(image->objects()[0]), "web");
  EXPECT_EQ(image->name(image->objects()[1]), "mail");
  EXPECT_EQ(image->objects()[0].limit(TrafficClass::udp).packets_per_s, 10'000U);
  ASSERT_EQ(image->prefixes().size(), 2U);
  EXPECT_EQ(image->prefixes()[1].prefix.to_string(), "2001:db8::/64");
  ASSERT_EQ(image->services().size(), 2U);
  EXPECT_EQ(image->services()[1].last_port, 443);
  ASSERT_EQ(image->source_entries().size(), 2U);
  EXPECT_EQ(image->source_entries()[0].action, SourceAction::block);
}

TEST(PolicyImage, IsNamedByItsContent) {
  const auto one = PolicyImage::build(sample());
  const auto same = PolicyImage::build(sample());
  PolicyContents contents = sample();
  contents.global.reply_limit_pps = 1;
  const auto other = PolicyImage::build(contents);
  EXPECT_EQ(one->id().size(), 16U);
  EXPECT_EQ(one->id(), same->id());
  EXPECT_NE(one->id(), other->id());
}

TEST(PolicyImage, IsRefusedWhenCutAnywhere) {
  const std::vector<std::byte> whole = sample_bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(PolicyImage::load(cut).has_value()) << size;
    test::seal_policy_image(cut);
    EXPECT_FALSE(PolicyImage::load(cut).has_value()) << size << " bytes, sealed";
  }
  std::vector<std::byte> longer = whole;
  longer.emplace_back();
  EXPECT_THAT(PolicyImage::load(longer).error(), HasSubstr("cut or extended"));
}

TEST(PolicyImage, IsRefusedWhenAnyBitIsFlipped) {
  const std::vector<std::byte> whole = sample_bytes();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::vector<std::byte> flipped = whole;
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(PolicyImage::load(flipped).has_value()) << "bit " << bit;
  }
}

TEST(PolicyImage, RefusesEveryWrongRecord) {
  struct Case {
    std::string_view error;
    void (*spoil)(PolicyContents&);
  };
  const std::vector<Case> cases{
      {"global: unprotected is no action",
       [](PolicyContents& c) { c.global.unprotected = Action{2}; }},
      {"global: unknown_ethertype is no action",
       [](PolicyContents& c) { c.global.unknown_ethertype = Action{2}; }},
      {"global: source list must be 0", [](PolicyContents& c) { c.global.source_list = 1; }},
      {"global: source list 0 is missing", [](PolicyContents& c) { c.source_lists.clear(); }},
      {"global: retransmit window is empty",
       [](PolicyContents& c) { c.global.retransmit_min_ms = 10'001; }},
      {"global: object capacity is exceeded",
       [](PolicyContents& c) { c.global.object_capacity = 1; }},
      {"global: object capacity is too large",
       [](PolicyContents& c) { c.global.object_capacity = PolicyBounds::max_objects + 1; }},
      {"global: a table capacity is 0", [](PolicyContents& c) { c.global.flow_capacity = 0; }},
      {"global: a table capacity is 0", [](PolicyContents& c) { c.global.handshake_capacity = 0; }},
      {"global: a table capacity is 0", [](PolicyContents& c) { c.global.hold_capacity = 0; }},
      {"global: a table capacity is 0", [](PolicyContents& c) { c.global.source_capacity = 0; }},
      {"global: a table capacity is 0", [](PolicyContents& c) { c.global.backend_capacity = 0; }},
      {"global: a table capacity is above 2^28",
       [](PolicyContents& c) { c.global.flow_capacity = (1U << 28) + 1; }},
      {"object 1: name length is out of range",
       [](PolicyContents& c) { c.objects[1].name_length = 0; }},
      {"object 1: name length is out of range",
       [](PolicyContents& c) { c.objects[1].name_length = 64; }},
      {"object 1: name lies outside the names section",
       [](PolicyContents& c) { c.objects[1].name_offset = 4; }},
      {"object 1: name lies outside the names section",
       [](PolicyContents& c) { c.objects[1].name_offset = 0xffffffff; }},
      {"object 0: SYN mode is unknown",
       [](PolicyContents& c) { c.objects[0].syn_mode = SynMode{5}; }},
      {"object 0: fragments is no action",
       [](PolicyContents& c) { c.objects[0].fragments = Action{2}; }},
      {"object 0: unparsed is no action",
       [](PolicyContents& c) { c.objects[0].unparsed = Action{2}; }},
      {"object 0: reply to unknown ACKs is unknown",
       [](PolicyContents& c) { c.objects[0].unknown_ack_reply = UnknownAckReply{2}; }},
      {"object 0: window scale is above 14",
       [](PolicyContents& c) { c.objects[0].assumed_window_scale = 15; }},
      {"object 0: MSS for IPv4 is below 536",
       [](PolicyContents& c) { c.objects[0].assumed_mss_ipv4 = 535; }},
      {"object 0: MSS for IPv6 is below 1220",
       [](PolicyContents& c) { c.objects[0].assumed_mss_ipv6 = 1'219; }},
      {"object 0: SYN-ACK window is 0", [](PolicyContents& c) { c.objects[0].syn_ack_window = 0; }},
      {"object 0: source list does not exist",
       [](PolicyContents& c) { c.objects[0].source_list = 2; }},
      {"object 0: services lie outside their section",
       [](PolicyContents& c) { c.objects[0].service_count = 3; }},
      {"object 0: services lie outside their section",
       [](PolicyContents& c) { c.objects[0].first_service = 0xffffffff; }},
      {"object 0: a service's SYN mode is unknown",
       [](PolicyContents& c) { c.services[1].syn_mode = SynMode{5}; }},
      {"object 0: a service's port range is empty",
       [](PolicyContents& c) { c.services[0].first_port = 26; }},
      {"object 0: services overlap or are not sorted",
       [](PolicyContents& c) { c.services[0].last_port = 80; }},
      {"object 0: services overlap or are not sorted",
       [](PolicyContents& c) { std::swap(c.services[0], c.services[1]); }},
      {"prefix 1: prefix is longer than 128 bits",
       [](PolicyContents& c) { c.prefixes[1].prefix.length = 129; }},
      {"prefix 1: prefix has bits set behind its length",
       [](PolicyContents& c) { c.prefixes[1].prefix.length = 16; }},
      {"prefix 1: object does not exist", [](PolicyContents& c) { c.prefixes[1].object = 2; }},
      {"source list 1: entries lie outside their section",
       [](PolicyContents& c) { c.source_lists[1].entry_count = 2; }},
      {"source list 1: entries lie outside their section",
       [](PolicyContents& c) { c.source_lists[1].first_entry = 0xffffffff; }},
      {"source entry 0: prefix has bits set behind its length",
       [](PolicyContents& c) { c.source_entries[0].prefix.length = 100; }},
      {"source entry 0: prefix is longer than 128 bits",
       [](PolicyContents& c) { c.source_entries[0].prefix.length = 200; }},
      {"source entry 0: action is unknown",
       [](PolicyContents& c) { c.source_entries[0].action = SourceAction{2}; }},
  };
  for (const Case& c : cases) {
    PolicyContents contents = sample();
    c.spoil(contents);
    const auto image = PolicyImage::build(contents);
    ASSERT_FALSE(image.has_value()) << c.error;
    EXPECT_THAT(image.error(), HasSubstr(std::string{c.error}));
  }
}

// The header: magic 8 bytes, version 4, section count 4, image size 8, digest 32; then for each of
// the seven sections offset 8, count 4, record size 4.
constexpr std::size_t sections_offset = 56;
constexpr std::size_t section_bytes = 16;

template <typename T>
void overwrite(std::vector<std::byte>& image, std::size_t offset, T value) {
  std::memcpy(image.data() + offset, &value, sizeof(value));
}

std::string error_after(void (*spoil)(std::vector<std::byte>&)) {
  std::vector<std::byte> image = sample_bytes();
  spoil(image);
  test::seal_policy_image(image);
  const auto loaded = PolicyImage::load(image);
  return loaded ? "" : loaded.error();
}

TEST(PolicyImage, RefusesEveryWrongHeader) {
  EXPECT_EQ(error_after([](auto& image) { image[0] = std::byte{'X'}; }),
            "header: not a Sekimori policy image");
  EXPECT_EQ(error_after([](auto& image) { overwrite(image, 8, std::uint32_t{2}); }),
            "header: format version 2, this build reads 1");
  EXPECT_EQ(error_after([](auto& image) { overwrite(image, 12, std::uint32_t{8}); }),
            "header: wrong section count");
}

TEST(PolicyImage, RefusesEverySectionThatLiesWrong) {
  const std::vector<std::byte> whole = sample_bytes();
  for (std::size_t section = 0; section < 7; ++section) {
    const std::size_t at = sections_offset + section * section_bytes;
    const auto refused = [&](auto value, std::size_t offset) {
      std::vector<std::byte> image = whole;
      overwrite(image, at + offset, value);
      test::seal_policy_image(image);
      return !PolicyImage::load(image).has_value();
    };
    EXPECT_TRUE(refused(std::uint64_t{0}, 0)) << "offset in the header, section " << section;
    EXPECT_TRUE(refused(std::uint64_t{whole.size() + 8}, 0)) << "behind the end, " << section;
    EXPECT_TRUE(refused(~std::uint64_t{7}, 0)) << "offset that overflows, section " << section;
    EXPECT_TRUE(refused(std::uint64_t{sections_offset + 7 * section_bytes + 1}, 0))
        << "unaligned, section " << section;
    EXPECT_TRUE(refused(~std::uint32_t{0}, 8)) << "count, section " << section;
    EXPECT_TRUE(refused(std::uint32_t{0}, 12)) << "record size, section " << section;
  }
}

TEST(PolicyImage, SurvivesAnySealedByte) {
  const std::vector<std::byte> whole = sample_bytes();
  std::size_t loaded = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      std::vector<std::byte> image = whole;
      image[i] = std::byte{static_cast<unsigned char>(value)};
      test::seal_policy_image(image);
      const auto result = PolicyImage::load(image);
      if (!result) continue;
      for (const ObjectRecord& object : result->objects()) {
        loaded += result->name(object).size();
      }
    }
  }
  EXPECT_GT(loaded, 0U);
}

}  // namespace
}  // namespace sekimori
