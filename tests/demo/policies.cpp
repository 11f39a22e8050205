#include "tests/demo/policies.hpp"

#include <sstream>

namespace sekimori::demo {
namespace {

// A tenant has about one request a second here; a hundred times that is no usual evening any more.
constexpr const char* thresholds =
    "  [object.capacity]\n"
    "  packets = \"20k\"\n"
    "  bits = \"200M\"\n"
    "  new_connections = \"500\"\n"
    "  [object.threshold]\n"
    "  packets = \"1k\"\n"
    "  syn = 100\n"
    "  udp = 500\n"
    "  new_connections = 200\n";

}  // namespace

std::string global_threshold_policy(const std::vector<std::string>& addresses,
                                    std::uint32_t threshold_pps) {
  std::ostringstream text;
  text << "[[object]]\nname = \"service\"\nprefixes = [";
  const char* separator = "";
  for (const std::string& address : addresses) {
    text << separator << '"' << address << '"';
    separator = ", ";
  }
  text << "]\n  [object.limit.total]\n  packets = " << threshold_pps << "\n";
  return text.str();
}

std::string keeper_policy(const std::vector<std::string>& addresses, const NoticePlaces& notices) {
  std::ostringstream text;
  text << "[detection]\ncalm_after = \"4s\"\n\n"
       << "[notify]\nsmtp = \"" << notices.smtp << "\"\nmail_from = \"sekimori@center.example\"\n"
       << "  [notify.operators]\n  mail = [\"noc@center.example\"]\n  webhook = [\""
       << notices.webhook << "\"]\n\n";
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::string name = tenant_name(static_cast<int>(i));
    text << "[[tenant]]\nname = \"" << name << "\"\nlanguage = \"ja\"\nmail = [\"office@" << name
         << ".example\"]\n\n[[object]]\nname = \"" << name << "-web\"\ntenant = \"" << name
         << "\"\nprefixes = [\"" << addresses[i] << "\"]\n"
         << thresholds << "\n";
  }
  return text.str();
}

}  // namespace sekimori::demo
