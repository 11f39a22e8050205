// Incidents come as JSON from the store and, to sekictl, from the API: whatever the text is, it is
// refused with a message or is a record that is written and read back to the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "control/model/incident_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const sekimori::Json json = sekimori::Json::parse(text, nullptr, false);
  if (json.is_discarded()) return 0;
  const auto incident = sekimori::incident_from_json(json);
  if (!incident) {
    if (incident.error().empty()) std::abort();
    return 0;
  }
  const sekimori::Json written = sekimori::incident_json(*incident);
  const auto again = sekimori::incident_from_json(written);
  if (!again || sekimori::incident_json(*again) != written) std::abort();
  return 0;
}
