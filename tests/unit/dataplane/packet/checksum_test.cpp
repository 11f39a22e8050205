#include "dataplane/packet/checksum.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/packet_text.hpp"

namespace sekimori {
namespace {

using test::Bytes;

Bytes random_bytes(std::mt19937& random, std::size_t length) {
  Bytes bytes(length);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(Checksum, OfTheExampleOfRfc1071IsTheOneItGives) {
  const Bytes example = test::from_hex("0001f203f4f5f6f7");
  EXPECT_EQ(checksum_field(checksum_sum(example.data(), example.size())).host(), 0xffff - 0xddf2);
}

TEST(Checksum, AgreesWithAPlainSumAtEveryLengthAndAlignment) {
  std::mt19937 random{1};
  for (std::size_t length = 0; length < 200; ++length) {
    for (std::size_t start = 0; start < 8; ++start) {
      const Bytes bytes = random_bytes(random, start + length);
      const std::span<const std::uint8_t> data = std::span{bytes}.subspan(start);
      EXPECT_EQ(checksum_field(checksum_sum(data.data(), data.size())).host(),
                test::internet_checksum(data));
    }
  }
}

TEST(Checksum, OfTheLongestPacketOfOnesDoesNotOverflow) {
  const Bytes ones(65535, 0xff);
  EXPECT_EQ(checksum_field(checksum_sum(ones.data(), ones.size())).host(),
            test::internet_checksum(ones));
}

TEST(PseudoHeader, CoversAddressesProtocolAndLength) {
  struct Row {
    const char* source;
    const char* destination;
    std::uint8_t protocol;
    std::uint32_t length;
  };
  for (const Row& row :
       {Row{"192.0.2.1", "255.255.255.255", 6, 20}, Row{"198.51.100.7", "192.0.2.10", 17, 65515},
        Row{"2001:db8::1", "2001:db8:ffff:ffff::2", 58, 65535}, Row{"fe80::1", "ff02::1", 6, 20}}) {
    const Address source = *Address::parse(row.source);
    const Address destination = *Address::parse(row.destination);
    const std::size_t skip = source.is_ipv4() ? 12 : 0;
    Bytes addresses(source.bytes() + skip, source.bytes() + 16);
    addresses.insert(addresses.end(), destination.bytes() + skip, destination.bytes() + 16);
    EXPECT_EQ(
        checksum_field(pseudo_header_sum(source, destination, row.protocol, row.length)).host(),
        test::internet_checksum({}, test::pseudo_header(addresses, row.protocol, row.length)))
        << row.source;
  }
}

/// RFC 1624 against RFC 1071: the checksum updated for a word is the one computed anew.
template <typename Word>
void compare_update_with_recomputation() {
  std::mt19937_64 random{2};
  for (int i = 0; i < 20'000; ++i) {
    std::mt19937 bytes_of{static_cast<std::mt19937::result_type>(i)};
    Bytes bytes = random_bytes(bytes_of, 40);
    // Runs of zeros and ones are where one's complement has its two zeros.
    if (i % 3 == 0) std::fill(bytes.begin() + 4, bytes.end(), std::uint8_t{0xff});
    if (i % 3 == 1) std::fill(bytes.begin() + 4, bytes.end(), std::uint8_t{0});
    const be16 field = checksum_field(checksum_sum(bytes.data(), bytes.size()));
    const std::size_t at = 4 + random() % 8 * 4;
    const Word before = load<Word>(bytes.data() + at);
    const std::uint64_t draw = random();
    const Word after{static_cast<decltype(before.host())>(draw % 4 == 0   ? 0
                                                          : draw % 4 == 1 ? ~std::uint64_t{0}
                                                                          : draw >> 8)};
    store(bytes.data() + at, after);
    const be16 expected = checksum_field(checksum_sum(bytes.data(), bytes.size()));
    ASSERT_EQ(checksum_update(field, before, after).host(), expected.host());
  }
}

TEST(ChecksumUpdate, EqualsRecomputationFor16BitWords) {
  compare_update_with_recomputation<be16>();
}

TEST(ChecksumUpdate, EqualsRecomputationFor32BitWords) {
  compare_update_with_recomputation<be32>();
}

TEST(ChecksumUpdate, EqualsRecomputationForSingleBytes) {
  compare_update_with_recomputation<BigEndian<std::uint8_t>>();
}

TEST(ChecksumUpdate, OfTheExampleOfRfc1624IsTheOneItGives) {
  // Section 4: DD2F for 5555 becoming 3285, which the equation of RFC 1141 gets wrong.
  EXPECT_EQ(checksum_update(be16{0xdd2f}, be16{0x5555}, be16{0x3285}).host(), 0x0000);
}

}  // namespace
}  // namespace sekimori
