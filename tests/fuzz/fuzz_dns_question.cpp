// Any bytes may stand where a DNS message does. What is read has to be the name that is there.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "dataplane/packet/dns_name.hpp"
#include "dataplane/state/suffix_fold.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::uint8_t lower(std::uint8_t byte) {
  return static_cast<std::uint8_t>(byte >= 'A' && byte <= 'Z' ? byte + 0x20 : byte);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekimori;
  // A block of just this size, so that a sanitizer sees one byte too many.
  const auto message = std::make_unique<std::uint8_t[]>(size);
  std::copy_n(data, size, message.get());
  DnsName name;
  if (read_question_name({message.get(), size}, name) != DnsQuestionFault::none) return 0;

  require(name.length >= 1 && 12U + name.length + 4U <= size);
  std::size_t at = 0;
  std::size_t labels = 0;
  while (name.bytes[at] != 0) {
    require(name.bytes[at] <= DnsName::max_label);
    at += 1U + name.bytes[at];
    require(at < name.length);
    ++labels;
  }
  require(at + 1 == name.length && labels == name.labels);
  for (std::size_t i = 0; i < name.length; ++i) require(name.bytes[i] == lower(message[12 + i]));
  for (std::size_t i = 0; i < name.kept(); ++i) {
    const auto label = name.label_from_right(i);
    require(!label.empty() && label.data() + label.size() < name.bytes.data() + name.length);
  }
  const SuffixHashes hashes{SipKey{.k0 = 1, .k1 = 2}, name};
  require(hashes.count == name.kept());
  return 0;
}
