#include "hw/host/xrt_card.hpp"

#include <experimental/xrt_ip.h>
#include <experimental/xrt_xclbin.h>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>

#include <array>
#include <cstring>
#include <exception>
#include <filesystem>
#include <optional>

namespace sekimori {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
constexpr std::size_t page_bytes = 4096;

class IpRegisters : public RegisterAccess {
 public:
  explicit IpRegisters(xrt::ip ip) : ip_(std::move(ip)) {}
  void write(std::uint32_t offset, std::uint32_t value) override {
    ip_.write_register(offset, value);
  }
  std::uint32_t read(std::uint32_t offset) override { return ip_.read_register(offset); }

 private:
  xrt::ip ip_;
};

/// Transfers are of whole pages, which every shell can do.
class BoBuffer : public CardBuffer {
 public:
  BoBuffer(const xrt::device& device, unsigned bank)
      : bo_(device, buffer_bytes, xrt::bo::flags::normal, bank), bytes_(bo_.map<std::uint8_t*>()) {}
  [[nodiscard]] std::uint64_t address() const override { return bo_.address(); }
  [[nodiscard]] std::size_t size() const override { return buffer_bytes; }
  void write(std::size_t offset, std::span<const std::uint8_t> bytes) override {
    std::memcpy(bytes_ + offset, bytes.data(), bytes.size());
    sync(XCL_BO_SYNC_BO_TO_DEVICE, offset, bytes.size());
  }
  void read(std::size_t offset, std::span<std::uint8_t> bytes) override {
    sync(XCL_BO_SYNC_BO_FROM_DEVICE, offset, bytes.size());
    std::memcpy(bytes.data(), bytes_ + offset, bytes.size());
  }

 private:
  void sync(xclBOSyncDirection direction, std::size_t offset, std::size_t size) {
    if (size == 0) return;
    const std::size_t begin = offset / page_bytes * page_bytes;
    const std::size_t end = (offset + size + page_bytes - 1) / page_bytes * page_bytes;
    bo_.sync(direction, end - begin, begin);
  }

  xrt::bo bo_;
  std::uint8_t* bytes_;
};

bool has_buffer(CardKernel kernel) {
  return kernel != CardKernel::syn_cookie && kernel != CardKernel::dns_suffix;
}

/// The memory that the link configuration has connected a kernel's port to.
unsigned bank_of(const xrt::xclbin& xclbin, const CardKernelName& name) {
  const xrt::xclbin::kernel kernel = xclbin.get_kernel(std::string{name.kernel});
  for (const xrt::xclbin::arg& argument : kernel.get_args()) {
    if (argument.get_name() != "address") continue;
    if (const auto banks = argument.get_mems(); !banks.empty()) {
      return static_cast<unsigned>(banks.front().get_index());
    }
  }
  throw std::runtime_error("the kernel " + std::string{name.kernel} +
                           " is connected to no memory in this bitstream");
}

bool is_in(const xrt::xclbin& xclbin, const CardKernelName& name) {
  const std::string wanted = std::string{name.kernel} + ":" + std::string{name.instance};
  for (const xrt::xclbin::ip& ip : xclbin.get_ips()) {
    if (ip.get_name() == wanted) return true;
  }
  return false;
}

std::string trouble(const std::string& what, const std::exception& error, const std::string& cure) {
  return what + ": " + error.what() + "; " + cure;
}

}  // namespace

struct XrtCard::Parts {
  xrt::device device;
  xrt::uuid uuid;
  std::array<std::optional<IpRegisters>, card_kernels.size()> registers;
  std::array<std::optional<BoBuffer>, card_kernels.size()> buffers;

  void open_kernel(const xrt::xclbin& xclbin, CardKernel kernel) {
    const CardKernelName names = name(kernel);
    const auto at = static_cast<std::size_t>(kernel);
    registers[at].emplace(xrt::ip{
        device, uuid, std::string{names.kernel} + ":{" + std::string{names.instance} + "}"});
    if (has_buffer(kernel)) buffers[at].emplace(device, bank_of(xclbin, names));
  }
};

XrtCard::XrtCard(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
XrtCard::~XrtCard() = default;

tl::expected<std::unique_ptr<XrtCard>, std::string> XrtCard::open(unsigned device,
                                                                  const std::string& xclbin) {
  if (!std::filesystem::is_regular_file(xclbin)) {
    return tl::unexpected<std::string>{"there is no bitstream " + xclbin};
  }
  auto parts = std::make_unique<Parts>();
  try {
    parts->device = xrt::device{device};
  } catch (const std::exception& error) {
    return tl::unexpected{trouble("card " + std::to_string(device) + " cannot be opened", error,
                                  "is it there (lspci -d 10ee:), is the driver xocl loaded, and "
                                  "may this user open it?")};
  }
  std::optional<xrt::xclbin> file;
  try {
    file.emplace(xclbin);
    parts->uuid = parts->device.load_xclbin(*file);
  } catch (const std::exception& error) {
    return tl::unexpected{trouble("the bitstream " + xclbin + " cannot be loaded", error,
                                  "was it built for this card's shell, and does no other program "
                                  "use the card?")};
  }
  for (const CardKernel kernel : card_kernels) {
    if (!is_in(*file, name(kernel))) continue;
    try {
      parts->open_kernel(*file, kernel);
    } catch (const std::exception& error) {
      return tl::unexpected{
          trouble("the kernel " + std::string{name(kernel).instance} + " cannot be opened", error,
                  "load a bitstream that was linked from this source, and end other programs "
                  "that use the card")};
    }
  }
  return std::unique_ptr<XrtCard>{new XrtCard{std::move(parts)}};
}

bool XrtCard::has(CardKernel kernel) const {
  return parts_->registers[static_cast<std::size_t>(kernel)].has_value();
}

RegisterAccess& XrtCard::registers(CardKernel kernel) {
  return parts_->registers[static_cast<std::size_t>(kernel)].value();
}

CardBuffer& XrtCard::buffer(CardKernel kernel) {
  return parts_->buffers[static_cast<std::size_t>(kernel)].value();
}

std::string XrtCard::device_name() const {
  return parts_->device.get_info<xrt::info::device::name>();
}

std::string XrtCard::bitstream_id() const {
  return parts_->uuid.to_string();
}

}  // namespace sekimori
