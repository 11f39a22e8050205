// Each kind of attack against the modelled site: it is recognised, as what it is, for the object
// that is attacked and no other.

#include <gtest/gtest.h>

#include "tests/unit/control/watch/site_model.hpp"

namespace sekimori::test {
namespace {

struct Case {
  const char* name;
  std::vector<Stream> streams;
  IncidentKind kind;
  const char* protocol = "";
};

Stream to_third(Traffic traffic, double rate, std::uint32_t bytes = 64, std::uint32_t sources = 0) {
  return {
      .object = 3, .traffic = traffic, .packets_per_s = rate, .sources = sources, .bytes = bytes};
}

const Case cases[] = {
    {"spoofed SYNs", {to_third(Traffic::syn, 10'000)}, IncidentKind::syn_flood_spoofed},
    {"SYNs of real sources among forged ones",
     {to_third(Traffic::syn, 10'000), to_third(Traffic::syn, 6'000, 64, 30)},
     IncidentKind::syn_flood_real},
    {"connections of real sources",
     {to_third(Traffic::syn, 4'000, 64, 30), to_third(Traffic::segments, 8'000, 100, 30)},
     IncidentKind::connection_flood},
    {"ACKs", {to_third(Traffic::small_acks, 30'000)}, IncidentKind::ack_flood},
    {"RSTs", {to_third(Traffic::rst, 30'000)}, IncidentKind::rst_flood},
    {"FINs", {to_third(Traffic::fin, 30'000)}, IncidentKind::fin_flood},
    {"UDP", {to_third(Traffic::udp, 20'000, 500)}, IncidentKind::udp_flood},
    {"DNS queries", {to_third(Traffic::dns, 20'000, 90)}, IncidentKind::dns_query_flood},
    {"amplified by NTP",
     {to_third(Traffic::amplified_ntp, 20'000, 480)},
     IncidentKind::amplification,
     "NTP"},
    {"ICMP", {to_third(Traffic::icmp, 20'000, 98)}, IncidentKind::icmp_flood},
    {"fragments", {to_third(Traffic::fragments, 20'000, 1'500)}, IncidentKind::fragment_flood},
    {"three floods at once, none of which is the most",
     {to_third(Traffic::udp, 9'000, 500), to_third(Traffic::syn, 9'000),
      to_third(Traffic::icmp, 9'000)},
     IncidentKind::unknown},
};

TEST(Kinds, AreRecognisedWithinThreeSeconds) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Policy policy = SiteModel::policy(8);
    for (ObjectPolicy& object : policy.objects) object.syn = SynMode::proxy;
    WatchBed bed{std::move(policy)};
    bed.site.usual_load(50);
    bed.run(70);
    for (const Stream& stream : c.streams) bed.site.add(stream);
    bed.run(3.5);
    const Incident incident = bed.only_incident();
    EXPECT_EQ(incident.subject.name, "o3");
    EXPECT_EQ(incident_kind_texts[static_cast<std::size_t>(incident.diagnosis.kind)].name,
              incident_kind_texts[static_cast<std::size_t>(c.kind)].name);
    EXPECT_EQ(incident.diagnosis.protocol, c.protocol);
    EXPECT_EQ(incident.unaffected_count, 7U);
    EXPECT_FALSE(incident.next_steps.empty());
  }
}

TEST(CarpetBombing, IsSeenAtThePrefixAlthoughNoObjectIsAboveItsThreshold) {
  WatchBed bed{SiteModel::policy(50)};
  bed.site.usual_load(50);
  bed.run(70);
  for (std::size_t i = 0; i < 40; ++i) {
    bed.site.add({.object = i, .traffic = Traffic::udp, .packets_per_s = 1'700});
  }
  bed.run(3);
  const Incident incident = bed.only_incident();
  EXPECT_EQ(incident.subject, (Subject{.level = Level::prefix, .name = "192.0.2.0/24"}));
  EXPECT_EQ(incident.diagnosis.kind, IncidentKind::carpet_bombing);
  EXPECT_GE(incident.affected.size(), 35U);
  EXPECT_LE(incident.affected.size(), 40U);
  // No handshake holds UDP back, and nothing else may be done to so many.
  EXPECT_TRUE(bed.measures.empty());
}

TEST(CarpetBombing, IsMetByAuthenticationOfTheMembersThatCarryIt) {
  Policy policy = SiteModel::policy(50);
  policy.objects[7].ladder.authenticate = Permission::never;
  WatchBed bed{std::move(policy)};
  bed.site.usual_load(50);
  bed.run(70);
  std::vector<std::uint64_t> streams;
  for (std::size_t i = 0; i < 40; ++i) {
    streams.push_back(bed.site.add({.object = i, .traffic = Traffic::syn, .packets_per_s = 750}));
  }
  bed.run(5);
  EXPECT_GE(bed.measures.size(), 35U);
  for (const Measure& measure : bed.measures) {
    EXPECT_TRUE(std::holds_alternative<AuthenticateSources>(measure.kind));
    EXPECT_NE(measure.object, "o7");
    EXPECT_LT(std::stoi(measure.object.substr(1)), 40);
  }
  for (const std::uint64_t stream : streams) bed.site.remove(stream);
  bed.run(100);
  EXPECT_TRUE(bed.measures.empty());
  EXPECT_TRUE(bed.only_incident().ended_ms.has_value());
}

TEST(CarpetBombing, AnObjectThatIsAttackedByItselfIsNotItsPrefix) {
  WatchBed bed{SiteModel::policy(50)};
  bed.site.usual_load(50);
  bed.run(70);
  bed.site.add({.object = 3, .traffic = Traffic::syn, .packets_per_s = 200'000});
  bed.run(20);
  EXPECT_EQ(bed.only_incident().subject.name, "o3");
}

TEST(CarpetBombing, OfATenantIsJudgedByItsOwnThreshold) {
  Policy policy = SiteModel::policy(3);
  TenantPolicy tenant;
  tenant.name.value = "city";
  tenant.threshold[Vector::udp] = 2'500;
  policy.tenants.push_back(tenant);
  for (ObjectPolicy& object : policy.objects) object.tenant.value = "city";
  WatchBed bed{std::move(policy)};
  bed.site.usual_load(50);
  bed.run(70);
  for (std::size_t i = 0; i < 3; ++i) {
    bed.site.add({.object = i, .traffic = Traffic::udp, .packets_per_s = 1'000});
  }
  bed.run(3);
  EXPECT_EQ(bed.only_incident().subject, (Subject{.level = Level::tenant, .name = "city"}));
  EXPECT_EQ(bed.only_incident().tenant, "city");
}

}  // namespace
}  // namespace sekimori::test
