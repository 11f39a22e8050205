#include "control/store/incident_log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "control/model/incident_json.hpp"
#include "tests/unit/control/store/store_fixture.hpp"

namespace sekimori {
namespace {

Incident incident(std::uint64_t id, const std::string& object, const std::string& tenant,
                  std::optional<std::uint64_t> ended_ms = {}) {
  Incident result;
  result.id = id;
  result.subject = {.level = Level::object, .name = object};
  result.tenant = tenant;
  result.ended_ms = ended_ms;
  return result;
}

class Incidents : public StoreTest {
 protected:
  using Ids = std::vector<std::uint64_t>;

  IncidentLog& log() { return store().incidents(); }
  void put(const Incident& record) {
    const auto done = log().put(record);
    ASSERT_TRUE(done.has_value()) << done.error();
  }
  Ids ids(const IncidentQuery& query) {
    Ids result;
    const auto all = log().list(query).value();
    for (const Incident& found : all) result.push_back(found.id);
    return result;
  }
};

TEST_F(Incidents, AreReadBackWhole) {
  Incident record = incident(7, "web", "kita");
  record.next_steps = {"call"};
  record.samples = {{.at_ms = 1, .summary = "bytes \xff\xfe", .fate = "reply", .hex = "00"}};
  put(record);
  reopen();
  record.samples[0].summary = "bytes \xef\xbf\xbd\xef\xbf\xbd";
  EXPECT_EQ(incident_json(log().get(7).value().value()), incident_json(record));
  EXPECT_FALSE(log().get(8).value().has_value());
}

TEST_F(Incidents, ReplaceTheirOlderSelves) {
  put(incident(1, "web", "kita"));
  put(incident(1, "web", "kita", 99));
  EXPECT_EQ(log().get(1).value()->ended_ms, 99U);
  EXPECT_EQ(ids({}), Ids{1});
}

TEST_F(Incidents, AreFoundByWhatTheyAreAbout) {
  put(incident(1, "web", "kita", 5));
  put(incident(2, "mail", "minami"));
  Incident wide = incident(3, "192.0.2.0/24", "");
  wide.subject.level = Level::prefix;
  wide.affected = {{.object = "web", .tenant = "kita"}, {.object = "dns", .tenant = ""}};
  put(wide);
  EXPECT_EQ(ids({}), (Ids{3, 2, 1}));
  EXPECT_EQ(ids({.open = true, .object = {}, .tenant = {}, .before = {}}), (Ids{3, 2}));
  EXPECT_EQ(ids({.open = false, .object = {}, .tenant = {}, .before = {}}), Ids{1});
  EXPECT_EQ(ids({.open = {}, .object = "web", .tenant = {}, .before = {}}), (Ids{3, 1}));
  EXPECT_EQ(ids({.open = {}, .object = {}, .tenant = "kita", .before = {}}), (Ids{3, 1}));
  EXPECT_EQ(ids({.open = {}, .object = {}, .tenant = "minami", .before = {}}), Ids{2});
  EXPECT_EQ(ids({.open = {}, .object = "dns", .tenant = "kita", .before = {}}), Ids{3});
  EXPECT_EQ(ids({.open = {}, .object = {}, .tenant = {}, .before = 3, .at_most = 1}), Ids{2});
  wide.affected.clear();
  put(wide);
  EXPECT_EQ(ids({.open = {}, .object = "web", .tenant = {}, .before = {}}), Ids{1});
}

TEST_F(Incidents, RememberTheHighestNumbers) {
  EXPECT_EQ(log().last_ids().value().incident, 0U);
  Incident record = incident(7, "web", "kita");
  record.actions.resize(2);
  record.actions[0].id = 12;
  record.actions[1].id = 11;
  put(record);
  put(incident(3, "web", "kita"));
  reopen();
  EXPECT_EQ(log().last_ids().value().incident, 7U);
  EXPECT_EQ(log().last_ids().value().action, 12U);
}

TEST_F(Incidents, AreRemovedOldestFirstWhenThereAreTooMany) {
  store().database().atomically([&] {
    put(incident(1, "open", ""));
    for (std::uint64_t id = 2; id < IncidentLog::max_incidents + 5; ++id) {
      store()
          .database()
          .prepare("INSERT INTO incidents VALUES (?1, 0, 1, ?2)")
          .bind(1, id)
          .bind(2, incident_json(incident(id, "web", "kita", 1)).dump())
          .run();
    }
    put(incident(IncidentLog::max_incidents + 5, "web", "kita"));
  });
  EXPECT_TRUE(log().get(1).value().has_value()) << "it has not ended";
  EXPECT_FALSE(log().get(2).value().has_value());
  EXPECT_FALSE(log().get(6).value().has_value());
  EXPECT_TRUE(log().get(7).value().has_value());
}

}  // namespace
}  // namespace sekimori
