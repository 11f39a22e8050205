// Writes an xclbin for XRT's hardware emulation from its parts, as Xilinx' xclbinutil does, of
// which Debian ships only the wrapper.
//
//   make_xclbin METADATA.xml BITSTREAM.zip OUT.xclbin KERNEL:INSTANCE=ADDRESS[,MEMORY_ARGUMENT]...

#include <xclbin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr std::uint64_t memory_bytes = std::uint64_t{16} << 30;
constexpr std::uint64_t alignment = 8;

struct Kernel {
  std::string name;  ///< KERNEL:INSTANCE
  std::uint64_t address = 0;
  std::optional<int> memory_argument{};
};

struct Section {
  axlf_section_kind kind;
  std::string name;
  std::string data;
};

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Kernel parse(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) throw std::runtime_error("no address in " + text);
  Kernel kernel{.name = text.substr(0, equals)};
  std::size_t used = 0;
  const std::string rest = text.substr(equals + 1);
  kernel.address = std::stoull(rest, &used, 0);
  if (used < rest.size()) kernel.memory_argument = std::stoi(rest.substr(used + 1));
  return kernel;
}

/// A table is a count in front of its records.
template <typename Table, typename Record>
std::string table(const std::vector<Record>& records) {
  std::string text(sizeof(Table) - sizeof(Record), '\0');
  const auto count = static_cast<std::int32_t>(records.size());
  std::memcpy(text.data(), &count, sizeof(count));
  text.append(reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Record));
  return text;
}

std::string memory_table() {
  mem_data memory{};
  memory.m_type = MEM_DDR4;
  memory.m_used = 1;
  memory.m_size = memory_bytes / 1024;
  std::strcpy(reinterpret_cast<char*>(memory.m_tag), "bank0");
  return table<mem_topology>(std::vector{memory});
}

std::string kernel_table(const std::vector<Kernel>& kernels) {
  std::vector<ip_data> records;
  for (const Kernel& kernel : kernels) {
    ip_data record{};
    record.m_type = IP_KERNEL;
    record.properties = static_cast<std::uint32_t>(AP_CTRL_NONE) << IP_CONTROL_SHIFT;
    record.m_base_address = kernel.address;
    if (kernel.name.size() >= sizeof(record.m_name)) throw std::runtime_error("name too long");
    std::memcpy(record.m_name, kernel.name.data(), kernel.name.size());
    records.push_back(record);
  }
  return table<ip_layout>(records);
}

std::string connection_table(const std::vector<Kernel>& kernels) {
  std::vector<connection> records;
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    if (!kernels[i].memory_argument) continue;
    records.push_back({.arg_index = *kernels[i].memory_argument,
                       .m_ip_layout_index = static_cast<std::int32_t>(i),
                       .mem_data_index = 0});
  }
  return table<connectivity>(records);
}

std::uint64_t aligned(std::uint64_t offset) {
  return (offset + alignment - 1) / alignment * alignment;
}

/// FNV-1a of everything, so that another bitstream has another identity.
std::uint64_t identity(const std::vector<Section>& sections) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const Section& section : sections) {
    for (const char byte : section.data) {
      hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3ULL;
    }
  }
  return hash;
}

std::string xclbin(const std::vector<Section>& sections) {
  axlf head;
  std::memset(&head, 0, sizeof(head));
  std::memcpy(head.m_magic, "xclbin2", sizeof("xclbin2"));
  head.m_signature_length = -1;
  std::memset(head.reserved, 0xff, sizeof(head.reserved));
  head.m_uniqueId = identity(sections);
  head.m_header.m_timeStamp = 1;
  head.m_header.m_versionMajor = 2;
  head.m_header.m_versionMinor = 13;
  head.m_header.m_mode = XCLBIN_HW_EMU;
  std::strcpy(reinterpret_cast<char*>(head.m_header.m_platformVBNV), "sekimori_emulated_card");
  std::memcpy(head.m_header.uuid, &head.m_uniqueId, sizeof(head.m_uniqueId));
  head.m_header.m_numSections = static_cast<std::uint32_t>(sections.size());

  std::vector<axlf_section_header> headers;
  const std::uint64_t begin =
      aligned(offsetof(axlf, m_sections) + sections.size() * sizeof(axlf_section_header));
  std::string body;
  for (const Section& section : sections) {
    axlf_section_header header{};
    header.m_sectionKind = section.kind;
    std::memcpy(header.m_sectionName, section.name.data(),
                std::min(section.name.size(), sizeof(header.m_sectionName) - 1));
    header.m_sectionOffset = begin + body.size();
    header.m_sectionSize = section.data.size();
    headers.push_back(header);
    body += section.data;
    body.resize(aligned(body.size()));
  }
  head.m_header.m_length = begin + body.size();
  std::string text(reinterpret_cast<const char*>(&head), offsetof(axlf, m_sections));
  text.append(reinterpret_cast<const char*>(headers.data()),
              headers.size() * sizeof(axlf_section_header));
  text.resize(begin);
  return text + body;
}

void run(const std::vector<std::string>& arguments) {
  std::vector<Kernel> kernels;
  std::transform(arguments.begin() + 3, arguments.end(), std::back_inserter(kernels), parse);
  const std::vector<Section> sections{
      {BITSTREAM, "bitstream", contents(arguments[1])},
      {EMBEDDED_METADATA, "metadata", contents(arguments[0])},
      {MEM_TOPOLOGY, "mem_topology", memory_table()},
      {CONNECTIVITY, "connectivity", connection_table(kernels)},
      {IP_LAYOUT, "ip_layout", kernel_table(kernels)},
  };
  std::ofstream out(arguments[2], std::ios::binary);
  out << xclbin(sections);
  if (!out.flush()) throw std::runtime_error("cannot write " + arguments[2]);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 4) {
    std::fputs("usage: make_xclbin METADATA BITSTREAM OUT KERNEL:INSTANCE=ADDRESS[,ARGUMENT]...\n",
               stderr);
    return 2;
  }
  try {
    run(arguments);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_xclbin: %s\n", error.what());
    return 1;
  }
}
