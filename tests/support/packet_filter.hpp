#pragma once

#include <pcap/pcap.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace sekimori::lab {

/// A compiled pcap-filter(7) expression over Ethernet frames; the empty one matches every frame.
class PacketFilter {
 public:
  /// Throws LabError when the expression is wrong.
  explicit PacketFilter(const std::string& expression);

  [[nodiscard]] bool matches(std::span<const std::byte> frame) const;
  [[nodiscard]] const bpf_program& program() const { return *program_; }

 private:
  struct Free {
    void operator()(bpf_program* program) const;
  };
  std::unique_ptr<bpf_program, Free> program_;
};

}  // namespace sekimori::lab
