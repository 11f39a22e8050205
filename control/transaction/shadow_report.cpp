// How the result of a shadow run looks, for people and for programs.

#include <array>
#include <cmath>
#include <cstdio>

#include "control/transaction/shadow.hpp"

namespace sekimori {
namespace {

std::string rounded(double value) {
  return std::to_string(std::llround(value));
}

std::string named(const std::string& object) {
  return object.empty() ? "traffic to no object" : "object " + object;
}

}  // namespace

Json shadow_json(const ShadowResult& result) {
  Json objects = Json::array();
  for (const ShadowObject& object : result.objects) {
    Json reasons = Json::array();
    for (const Share& share : object.reasons) {
      reasons.push_back({{"what", share.what}, {"share", share.share}});
    }
    objects.push_back({{"object", object.object},
                       {"tenant", object.tenant},
                       {"packets", object.packets},
                       {"dropped_before", object.dropped_before},
                       {"dropped_after", object.dropped_after},
                       {"reasons", std::move(reasons)}});
  }
  Json sources = Json::array();
  for (const ShadowSource& source : result.known_good) {
    sources.push_back({{"source", source.source},
                       {"object", source.object},
                       {"packets", source.packets},
                       {"dropped", source.dropped},
                       {"reason", source.reason}});
  }
  return {{"from", result.from_capture ? "capture" : "samples"},
          {"seconds", result.seconds},
          {"packets", result.packets},
          {"objects", std::move(objects)},
          {"known_good", std::move(sources)},
          {"notes", result.notes}};
}

std::string shadow_text(const ShadowResult& result) {
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.1f", result.seconds);
  std::string text = std::to_string(result.packets) + " packets of " + seconds.data() + " s from " +
                     (result.from_capture ? "a capture" : "samples") + '\n';
  if (result.objects.empty()) text += "\nNothing would be dropped that is not dropped now.\n";
  for (const ShadowObject& object : result.objects) {
    text.append("\n").append(named(object.object));
    if (!object.tenant.empty()) text += " of tenant " + object.tenant;
    text += ": " + rounded(object.packets) + " packets, dropped now " +
            rounded(object.dropped_before) + ", with the candidate " +
            rounded(object.dropped_after) + '\n';
    for (const Share& share : object.reasons) {
      text += "    " + rounded(share.share * 100) + " % " + share.what + '\n';
    }
  }
  if (!result.known_good.empty()) text += "\nKnown-good sources that would lose packets\n";
  for (const ShadowSource& source : result.known_good) {
    text += "    " + source.source + " to " + named(source.object) + ": " +
            rounded(source.dropped) + " of " + rounded(source.packets) + " packets, " +
            source.reason + '\n';
  }
  text += '\n';
  for (const std::string& note : result.notes) text += "- " + note + '\n';
  return text;
}

}  // namespace sekimori
