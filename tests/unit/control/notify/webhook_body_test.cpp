#include "control/notify/webhook_body.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/support/notices.hpp"

namespace sekimori {
namespace {

using test::sample_incident;

NoticeView finished(NoticeView view) {
  view.occasion = Occasion::opened;
  view.node = "seki-1";
  view.sent_ms = 1'748'927'130'000;
  return view;
}

std::string pretty(const NoticeView& view, Language language) {
  const std::string body =
      webhook_body(view, {.subject = "件名", .text = "本文\n"}, language, "0123");
  return nlohmann::ordered_json::parse(body).dump(2) + "\n";
}

TEST(WebhookBody, IsAsItStandsInTheFiles) {
  const std::pair<std::string, std::string> cases[] = {
      {"webhook_tenant.json",
       pretty(finished(tenant_view(sample_incident(), "kita")), Language::ja)},
      {"webhook_operators.json", pretty(finished(operators_view(sample_incident())), Language::en)},
  };
  for (const auto& [name, body] : cases) {
    const std::string path = "tests/unit/control/notify/golden/" + name;
    if (std::getenv("SEKIMORI_BLESS") != nullptr) std::ofstream{path} << body;
    std::ifstream file{path};
    EXPECT_EQ(body, (std::string{std::istreambuf_iterator<char>(file), {}})) << path;
  }
}

TEST(WebhookBody, TenantsNeverSeeOthers) {
  const std::string body = pretty(finished(tenant_view(sample_incident(), "kita")), Language::en);
  for (const char* other : {"minami", "nishi", "215", "198.51.100", "next_steps", "endangers"}) {
    EXPECT_EQ(body.find(other), std::string::npos) << other;
  }
}

TEST(WebhookBody, TestHasNoIncident) {
  NoticeView view;
  view.occasion = Occasion::test;
  const auto body = nlohmann::json::parse(webhook_body(view, {}, Language::en, "k"));
  EXPECT_TRUE(body.at("incident").is_null());
  EXPECT_EQ(body.at("occasion"), "test");
}

}  // namespace
}  // namespace sekimori
