#include "hw/host/register_access.hpp"

namespace sekimori {

std::string identity_complaint(RegisterAccess& registers, const KernelIdentity& expected) {
  constexpr std::string_view cure = "; load the bitstream that belongs to this version";
  const std::string what{expected.what};
  if (const std::uint32_t id = registers.read(expected.id_offset); id != expected.id) {
    return "the kernel behind this name is no " + what + " kernel (its id is " +
           std::to_string(id) + ")" + std::string{cure};
  }
  const std::uint32_t version = registers.read(expected.version_offset);
  if (version != expected.version) {
    return "the " + what + " kernel has register map " + std::to_string(version) +
           ", this program knows " + std::to_string(expected.version) + std::string{cure};
  }
  return {};
}

void write_words(RegisterAccess& registers, std::uint32_t offset,
                 std::span<const std::uint32_t> words) {
  for (const std::uint32_t word : words) {
    registers.write(offset, word);
    offset += 4;
  }
}

std::array<std::uint32_t, 4> key_words(const SipKey& key) {
  return {static_cast<std::uint32_t>(key.k0), static_cast<std::uint32_t>(key.k0 >> 32),
          static_cast<std::uint32_t>(key.k1), static_cast<std::uint32_t>(key.k1 >> 32)};
}

}  // namespace sekimori
