#include "dataplane/state/suffix_burst.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "dataplane/state/suffix_fold.hpp"

namespace sekimori {
namespace {

constexpr SipKey key{.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};

/// Up to ten labels of all lengths.
DnsName random_name(std::mt19937& random) {
  while (true) {
    std::string text;
    for (auto labels = 1 + random() % 10; labels > 0; --labels) {
      text += std::string(1 + random() % (random() % 4 == 0 ? DnsName::max_label : 12),
                          static_cast<char>('a' + random() % 26)) +
              '.';
    }
    if (const auto name = DnsName::from_text(text)) return *name;
  }
}

void expect_hashes(SuffixBurst& burst, const std::vector<DnsName>& names) {
  burst.start(names);
  for (std::size_t labels = 1; labels <= DnsName::kept_labels; ++labels) {
    burst.next();
    for (std::size_t i = 0; i < names.size(); ++i) {
      const SuffixHashes alone{key, names[i]};
      if (labels > alone.count) continue;
      EXPECT_EQ(burst.hash(i, labels), alone.of[labels - 1])
          << names[i].to_text() << ", the suffix of " << labels << " labels";
    }
  }
}

TEST(SuffixBurst, HasTheHashesOfSingleNamesAtEveryLevelOfTheCpu) {
  for (const SimdLevel level : {SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512}) {
    if (level > detect_simd_level()) continue;
    std::mt19937 random{7};
    SuffixBurst burst{key, level};
    for (std::size_t count = 0; count <= max_burst; ++count) {
      SCOPED_TRACE("level " + std::to_string(static_cast<int>(level)) + ", " +
                   std::to_string(count) + " names");
      std::vector<DnsName> names;
      while (names.size() < count) names.push_back(random_name(random));
      expect_hashes(burst, names);
    }
  }
}

}  // namespace
}  // namespace sekimori
