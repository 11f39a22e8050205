#pragma once

#include <string>
#include <vector>

#include "tests/support/packet_text.hpp"

namespace sekimori::lab {

/// Writes Ethernet frames as a pcap file; throws LabError.
void write_capture(const std::string& path, const std::vector<test::Bytes>& frames);

/// All frames of a pcap file; throws LabError.
std::vector<test::Bytes> read_capture(const std::string& path);

}  // namespace sekimori::lab
