#include "hw/host/offload.hpp"

#include <gtest/gtest.h>

#include "tests/support/test_policy.hpp"

namespace sekimori::test {
namespace {

constexpr OffloadCapacity capacity{.levels = 4, .source_levels = 2, .profile_bits = 6};
constexpr OffloadMode answered{.answer = true, .validate = true};
constexpr OffloadMode checked{.answer = false, .validate = true};
constexpr OffloadMode left_to_software{};

/// What the card does about an address of the object "web".
OffloadProfile profile(const TestPolicy& policy, const std::vector<Measure>& measures,
                       const char* address = "192.0.2.10") {
  const PolicyImage image = build_image(policy);
  const auto tables = OffloadTables::from_policy(image, measures, capacity);
  if (!tables) throw std::runtime_error(tables.error());
  return tables->profiles[tables->destinations.find(*Address::parse(address))];
}

Measure about_web(MeasureKind kind) {
  return {.object = "web", .lifetime_ms = 1000, .kind = std::move(kind)};
}

TEST(Offload, AuthenticatesWhereAMeasureSaysSo) {
  const TestPolicy off = policy_with_mode(SynMode::off);
  EXPECT_EQ(profile(off, {}).mode, left_to_software);
  EXPECT_EQ(profile(off, {about_web(AuthenticateSources{})}).mode, answered);
  EXPECT_EQ(profile(off, {about_web(AuthenticateSources{SynMode::reset})}).mode, checked);
  EXPECT_EQ(profile(off, {about_web(AuthenticateSources{SynMode::retransmit})}).mode,
            left_to_software);
}

TEST(Offload, KeepsTheModeThatThePolicyWants) {
  const TestPolicy reset = policy_with_mode(SynMode::reset);
  EXPECT_EQ(profile(reset, {about_web(AuthenticateSources{SynMode::proxy})}).mode, checked);
}

TEST(Offload, AuthenticatesAtPortsThatAreOff) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.objects[0].services = {{.first_port = 25, .last_port = 25, .syn_mode = SynMode::off},
                                {.first_port = 80, .last_port = 80, .syn_mode = SynMode::reset}};
  const OffloadProfile usual = profile(policy, {});
  EXPECT_EQ(usual.services[0].mode, left_to_software);
  const OffloadProfile measured = profile(policy, {about_web(AuthenticateSources{})});
  EXPECT_EQ(measured.services[0].mode, answered);
  EXPECT_EQ(measured.services[1].mode, checked);
  EXPECT_EQ(measured.mode, answered);
}

TEST(Offload, LeavesADestinationThatIsGivenUpToSoftware) {
  const TestPolicy policy = policy_with_mode(SynMode::proxy);
  const std::vector<Measure> measures{
      about_web(GiveUpDestination{*Prefix::parse("192.0.2.10/32")})};
  EXPECT_EQ(profile(policy, measures).mode, left_to_software);
  EXPECT_EQ(profile(policy, measures, "2001:db8::10").mode, answered);
}

/// A blocked source is dropped when it comes back; the object is still answered for.
TEST(Offload, AnswersForAnObjectThatBlocksSources) {
  const std::vector<Measure> measures{about_web(BlockSources{{*Prefix::parse("198.51.100.0/24")}})};
  EXPECT_EQ(profile(policy_with_mode(SynMode::proxy), measures).mode, answered);
}

}  // namespace
}  // namespace sekimori::test
