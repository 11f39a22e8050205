#include "dataplane/state/suffix_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "dataplane/packet/frame.hpp"
#include "dataplane/packet/siphash.hpp"

namespace sekimori {
namespace {

using ::testing::HasSubstr;

constexpr SipKey key{.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};

DnsName name(const std::string& text) {
  return DnsName::from_text(text).value();
}

SuffixSet set_of(const std::vector<std::pair<std::string, std::uint16_t>>& suffixes) {
  std::vector<SuffixSet::Entry> entries;
  for (const auto& [text, value] : suffixes) {
    entries.push_back({.suffix = name(text), .value = value});
  }
  return SuffixSet::build(entries, key).value();
}

std::string error_of(const std::vector<SuffixSet::Entry>& entries) {
  const auto set = SuffixSet::build(entries, key);
  return set ? "" : set.error();
}

TEST(LabelHash, IsSipHash13) {
  const DnsName long_one = name("abcdefghijklmnopqrst");
  const std::array<std::uint64_t, 3> words{0x6867666564636261, 0x706f6e6d6c6b6a69,
                                           siphash_last_word(0x74737271, 20)};
  EXPECT_EQ(label_hash(key, long_one.label_from_right(0)), (siphash<1, 3>(key, words)));
  const DnsName eight = name("abcdefgh");
  const std::array<std::uint64_t, 2> two{0x6867666564636261, siphash_last_word(0, 8)};
  EXPECT_EQ(label_hash(key, eight.label_from_right(0)), (siphash<1, 3>(key, two)));
}

/// What lies behind a label must not matter.
TEST(LabelHash, EndsWithTheLabel) {
  for (std::size_t length = 1; length <= DnsName::max_label; ++length) {
    const std::string label(length, 'q');
    EXPECT_EQ(label_hash(key, name(label).label_from_right(0)),
              label_hash(key, name(label + ".zzzzzzzzz").label_from_right(1)));
  }
}

TEST(SuffixHashes, DependOnEveryLabelToTheRightAndOnTheKey) {
  const SuffixHashes a{key, name("x.example.com")};
  const SuffixHashes b{key, name("y.example.com")};
  const SuffixHashes c{key, name("x.com.example")};
  const SuffixHashes d{{.k0 = 1, .k1 = 2}, name("x.example.com")};
  ASSERT_EQ(a.count, 3U);
  EXPECT_EQ(a.of[0], b.of[0]);
  EXPECT_EQ(a.of[1], b.of[1]);
  EXPECT_NE(a.of[2], b.of[2]);
  EXPECT_NE(a.of[1], c.of[1]);
  EXPECT_NE(a.of[0], d.of[0]);
}

/// These are what hardware and every other program that shares the specification must compute.
TEST(SuffixHashes, AreThoseOfTheSpecification) {
  const SuffixHashes hashes{key, name("www.example.com")};
  std::array<std::uint64_t, 4> v{key.k0 ^ 0x736f6d6570736575, key.k1 ^ 0x646f72616e646f6d ^ 0xee,
                                 key.k0 ^ 0x6c7967656e657261, key.k1 ^ 0x7465646279746573};
  const auto round = [](std::array<std::uint64_t, 4>& s) {
    s[0] += s[1], s[2] += s[3];
    s[1] = std::rotl(s[1], 13) ^ s[0], s[3] = std::rotl(s[3], 16) ^ s[2];
    s[0] = std::rotl(s[0], 32);
    s[2] += s[1], s[0] += s[3];
    s[1] = std::rotl(s[1], 17) ^ s[2], s[3] = std::rotl(s[3], 21) ^ s[0];
    s[2] = std::rotl(s[2], 32);
  };
  std::size_t i = 0;
  for (const std::string label : {"com", "example", "www"}) {
    std::uint64_t bytes = 0;
    for (std::size_t n = label.size(); n-- > 0;) {
      bytes = bytes << 8 | static_cast<std::uint8_t>(label[n]);
    }
    const std::array words{siphash_last_word(bytes, label.size())};
    const std::uint64_t hash = siphash<1, 3>(key, words);
    v[3] ^= hash;
    round(v);
    v[0] ^= hash;
    auto last = v;
    last[2] ^= 0xff;
    for (int n = 0; n < 3; ++n) round(last);
    EXPECT_EQ(hashes.of[i].place, last[0] ^ last[1]);
    EXPECT_EQ(hashes.of[i].tag, last[2] ^ last[3]);
    ++i;
  }
}

TEST(SuffixSet, WithoutEntriesFindsNothing) {
  EXPECT_EQ(SuffixSet{}.find(name("example.com")), SuffixSet::none);
  EXPECT_EQ(set_of({}).find(name("example.com")), SuffixSet::none);
}

TEST(SuffixSet, TheLongestSuffixDecides) {
  const SuffixSet set = set_of({{"com", 1}, {"example.com", 2}, {"a.b.example.com", 3}});
  EXPECT_EQ(set.find(name("com")), 1);
  EXPECT_EQ(set.find(name("other.com")), 1);
  EXPECT_EQ(set.find(name("EXAMPLE.com")), 2);
  EXPECT_EQ(set.find(name("b.example.com")), 2);
  EXPECT_EQ(set.find(name("a.b.example.com")), 3);
  EXPECT_EQ(set.find(name("x.a.b.example.com")), 3);
}

TEST(SuffixSet, MatchesAtLabelsOnly) {
  const SuffixSet set = set_of({{"example.com", 2}});
  EXPECT_EQ(set.find(name("badexample.com")), SuffixSet::none);
  EXPECT_EQ(set.find(name("example.com.evil")), SuffixSet::none);
  EXPECT_EQ(set.find(name("com")), SuffixSet::none);
}

TEST(SuffixSet, LooksAtEightLabels) {
  const SuffixSet set = set_of({{"h.g.f.e.d.c.b.a", 8}});
  EXPECT_EQ(set.find(name("h.g.f.e.d.c.b.a")), 8);
  EXPECT_EQ(set.find(name("k.j.i.h.g.f.e.d.c.b.a")), 8);
  EXPECT_EQ(set.find(name("g.f.e.d.c.b.a")), SuffixSet::none);
}

TEST(SuffixSet, SaysWhatIsWrongWithItsEntries) {
  EXPECT_THAT(error_of({{.suffix = name("i.h.g.f.e.d.c.b.a"), .value = 1}}),
              HasSubstr("i.h.g.f.e.d.c.b.a has 9 labels; at most 8"));
  EXPECT_THAT(error_of({{.suffix = name("a"), .value = 0}}), HasSubstr("a has the value 0"));
  EXPECT_THAT(error_of({{.suffix = DnsName{}, .value = 1}}), HasSubstr("at least one label"));
  EXPECT_THAT(error_of({{.suffix = name("a.b"), .value = 1}, {.suffix = name("A.B"), .value = 2}}),
              HasSubstr("a.b is given two values"));
  EXPECT_EQ(error_of({{.suffix = name("a.b"), .value = 1}, {.suffix = name("A.B"), .value = 1}}),
            "");
}

/// Against a map of texts, with names that share most of their labels.
TEST(SuffixSet, FindsWhatAMapOfTextsFinds) {
  std::mt19937 random{1};
  const auto word = [&](unsigned words) {
    const unsigned n = static_cast<unsigned>(random()) % words;
    return std::string(1 + n % 9, static_cast<char>('a' + n % 26)) + std::to_string(n);
  };
  const auto random_name = [&](unsigned words) {
    std::string text = word(words);
    for (auto more = random() % 9; more > 0; --more) text += '.' + word(words);
    return text;
  };
  for (int round = 0; round < 20; ++round) {
    std::map<std::string, std::uint16_t> model;
    std::vector<SuffixSet::Entry> entries;
    const unsigned words = 2 + static_cast<unsigned>(random()) % 40;
    for (int i = 0; i < 2000; ++i) {
      const DnsName suffix = name(random_name(words));
      const auto value = static_cast<std::uint16_t>(1 + random() % 65535);
      if (suffix.labels > SuffixSet::max_depth) continue;
      if (!model.emplace(suffix.to_text(), value).second) continue;
      entries.push_back({.suffix = suffix, .value = value});
    }
    const SuffixSet set = SuffixSet::build(entries, key).value();
    EXPECT_EQ(set.size(), model.size());
    for (int i = 0; i < 5000; ++i) {
      const std::string text = random_name(words);
      std::uint16_t wanted = SuffixSet::none;
      for (std::string rest = text; wanted == SuffixSet::none;) {
        if (const auto found = model.find(rest); found != model.end()) wanted = found->second;
        const std::size_t dot = rest.find('.');
        if (dot == std::string::npos) break;
        rest.erase(0, dot + 1);
      }
      ASSERT_EQ(set.find(name(text)), wanted) << text;
    }
  }
}

TEST(SuffixSet, FindsInABurstWhatItFindsAlone) {
  const SuffixSet set = set_of({{"com", 1}, {"example.com", 2}, {"a.b.c.example.com", 3}});
  const std::vector<std::string> texts{"example.com",
                                       "www.EXAMPLE.com",
                                       "org",
                                       "x.b.example.com",
                                       "com",
                                       "a.b.c.example.com",
                                       "m.a.b.c.d.e.f.g.h.i.j.example.com",
                                       "net.example"};
  for (std::size_t count = 0; count <= max_burst; ++count) {
    std::vector<DnsName> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back(name(texts[i * 5 % texts.size()]));
    std::vector<std::uint16_t> values(count);
    set.find(names, values);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(values[i], set.find(names[i])) << names[i].to_text();
    }
  }
}

}  // namespace
}  // namespace sekimori
