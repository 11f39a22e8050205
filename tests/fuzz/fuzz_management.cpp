// What comes over the management socket is parsed by protobuf and then checked field by field:
// whatever the bytes are, they are refused with a message or can be put in force. The first byte
// says which message the rest is.

#include <common/management.pb.h>
#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "dataplane/management/read_messages.hpp"
#include "dataplane/state/cookie_key_schedule.hpp"
#include "dataplane/state/measures_in_force.hpp"
#include "tests/support/test_policy.hpp"

namespace {

using namespace sekimori;

void require(bool holds) {
  if (!holds) std::abort();
}

const PolicyTables& small_policy() {
  static const PolicyTables tables = [] {
    ObjectSlots slots{16};
    return *PolicyTables::build(
        test::build_image({.objects = {{.name = "web", .prefixes = {"192.0.2.0/28"}},
                                       {.name = "mail", .prefixes = {"192.0.2.16/28"}}}}),
        slots);
  }();
  return tables;
}

bool names(const MeasureSet& set, const std::string& object) {
  for (const Measure& measure : set.measures) {
    if (measure.object == object) return true;
  }
  return false;
}

void set_measures(const std::uint8_t* data, int size) {
  management::Measures message;
  if (!message.ParseFromArray(data, size)) return;
  auto set = read_measures(message);
  if (!set) return require(!set.error().empty());
  const PolicyTables& policy = small_policy();
  const auto measured = policy.with_measures(set->measures);
  if (!measured) return require(!measured.error().empty());
  const Address source = *Address::parse("198.51.100.7");
  for (const char* const name : {"web", "mail"}) {
    const std::uint32_t index = *policy.find_object(name);
    const ProtectedObject& object = measured->protected_object(index);
    const bool blocks = measured->blocks(object, source);
    const bool gives_up = measured->gives_up(object, *Address::parse("192.0.2.1"));
    if (names(*set, name)) continue;
    require(!blocks && !gives_up);
    require(std::memcmp(&object.record, &policy.object(index), sizeof(object.record)) == 0);
  }
  MeasuresInForce in_force;
  in_force.set(set->revision, set->measures, 1);
  require(in_force.end_refused_by(policy).empty());
  require(in_force.end_expired(~std::uint64_t{0}).size() == set->measures.size());
}

void set_cookie_keys(const std::uint8_t* data, int size) {
  management::CookieKeys message;
  if (!message.ParseFromArray(data, size)) return;
  const auto keys = read_cookie_keys(message);
  if (!keys) return require(!keys.error().empty());
  const MasterSecret own = MasterSecret::from_seed(1);
  CookieKeys registers;
  CookieKeySchedule schedule{own, registers};
  constexpr std::uint64_t unix_s = 1'700'000'000;
  schedule.refresh(unix_s);
  const auto accepted = schedule.accept(*keys, unix_s);
  require(accepted.has_value() || !accepted.error().empty());
  require(registers.get(cookie_slot(unix_s)) == own.cookie_key(cookie_slot(unix_s)));
}

template <typename Message>
void parse_only(const std::uint8_t* data, int size) {
  Message message;
  if (message.ParseFromArray(data, size)) require(message.ByteSizeLong() <= INT32_MAX);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // protobuf complains of texts that are no UTF-8.
  static const auto silent = google::protobuf::SetLogHandler(nullptr);
  static_cast<void>(silent);
  if (size == 0) return 0;
  const auto rest = static_cast<int>(size - 1);
  switch (data[0]) {
    case 'M':
      set_measures(data + 1, rest);
      break;
    case 'K':
      set_cookie_keys(data + 1, rest);
      break;
    case 'P':
      parse_only<sekimori::management::PolicyChunk>(data + 1, rest);
      break;
    default:
      parse_only<sekimori::management::StatusRequest>(data + 1, rest);
      break;
  }
  return 0;
}
