// A policy image is read from a file or a pipe: whatever its bytes are, it is refused or safe to
// use.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "common/policy_image.hpp"
#include "tests/support/policy_image_seal.hpp"

namespace {

/// Follows every reference of a loaded image, as the dataplane does.
std::size_t visit(const sekimori::PolicyImage& image) {
  std::size_t sum = image.id().size();
  for (const sekimori::ObjectRecord& object : image.objects()) {
    for (const char c : image.name(object)) sum += static_cast<unsigned char>(c);
    for (const auto& service : image.services().subspan(object.first_service, object.service_count))
      sum += service.last_port;
    const auto& list = image.source_lists()[object.source_list];
    for (const auto& entry : image.source_entries().subspan(list.first_entry, list.entry_count))
      sum += entry.prefix.length;
  }
  for (const auto& prefix : image.prefixes()) sum += image.objects()[prefix.object].name_length;
  return sum;
}

void load(std::vector<std::byte> bytes) {
  const auto image = sekimori::PolicyImage::load(std::move(bytes));
  if (image && visit(*image) == 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* first = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> bytes(first, first + size);
  load(bytes);
  sekimori::test::seal_policy_image(bytes);
  load(std::move(bytes));
  return 0;
}
