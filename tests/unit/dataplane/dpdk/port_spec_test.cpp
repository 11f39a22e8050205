#include "dataplane/dpdk/port_spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/dpdk/driver_traits.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;

TEST(PortSpec, TakesAVirtualDeviceWithArguments) {
  const auto spec = parse_port_spec(Side::outside, "net_tap12,iface=t0,persist,mac=fixed");
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(spec->bus, PortSpec::Bus::virtual_device);
  EXPECT_EQ(spec->device, "net_tap12");
  EXPECT_EQ(spec->text, "net_tap12,iface=t0,persist,mac=fixed");
  EXPECT_EQ(spec->argument("iface"), "t0");
  EXPECT_EQ(spec->argument("persist"), "");
  EXPECT_EQ(spec->argument("mac"), "fixed");
  EXPECT_EQ(spec->argument("fixed"), std::nullopt);
  EXPECT_EQ(spec->flag(), "--outside net_tap12");
}

TEST(PortSpec, TakesAPciAddressWithOrWithoutItsDomain) {
  for (const char* text : {"0000:3b:00.1", "3b:00.1"}) {
    const auto spec = parse_port_spec(Side::inside, text);
    ASSERT_TRUE(spec.has_value()) << text;
    EXPECT_EQ(spec->bus, PortSpec::Bus::pci);
    EXPECT_EQ(spec->device, "0000:3b:00.1");
    EXPECT_EQ(spec->text, "0000:3b:00.1");
  }
}

TEST(PortSpec, KeepsTheArgumentsOfAPciDevice) {
  const auto spec = parse_port_spec(Side::inside, "3b:00.1,mprq_en=1");
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(spec->text, "0000:3b:00.1,mprq_en=1");
  EXPECT_EQ(spec->argument("mprq_en"), "1");
}

TEST(PortSpec, LeavesBusyPollingOffUnlessAskedFor) {
  const auto silent = parse_port_spec(Side::outside, "net_af_xdp0,iface=lo");
  ASSERT_TRUE(silent.has_value());
  EXPECT_EQ(silent->text, "net_af_xdp0,iface=lo,busy_budget=0");
  const auto asking = parse_port_spec(Side::outside, "net_af_xdp0,iface=lo,busy_budget=32");
  ASSERT_TRUE(asking.has_value());
  EXPECT_EQ(asking->text, "net_af_xdp0,iface=lo,busy_budget=32");
}

struct Mistake {
  const char* text;
  const char* advice;
};

TEST(PortSpec, SaysWhatAPortIs) {
  for (const Mistake& mistake :
       {Mistake{"", "a port is"}, Mistake{"eth0", "a port is"}, Mistake{"net_null", "a port is"},
        Mistake{"3b:00.8", "a port is"}, Mistake{"lo", "write net_af_packet0,iface=lo"},
        Mistake{"net_af_packet0", "net_af_packet0,iface=eth1"},
        Mistake{"net_af_xdp1,iface=none-such", "'none-such'"}}) {
    const auto spec = parse_port_spec(Side::inside, mistake.text);
    ASSERT_FALSE(spec.has_value()) << mistake.text;
    EXPECT_EQ(spec.error().exit_status, 2);
    EXPECT_THAT(spec.error().message, HasSubstr("--inside"));
    EXPECT_THAT(spec.error().message, HasSubstr(mistake.advice));
  }
}

TEST(PortSpec, SaysThatACardStandsInFrontOfTheOutsidePort) {
  const auto spec = parse_port_spec(Side::outside, "fpga:3b:00.1,mprq_en=1");
  ASSERT_TRUE(spec.has_value());
  EXPECT_TRUE(spec->card);
  EXPECT_EQ(spec->text, "0000:3b:00.1,mprq_en=1");
  EXPECT_FALSE(parse_port_spec(Side::outside, "3b:00.1")->card);
  const auto inside = parse_port_spec(Side::inside, "fpga:3b:00.1");
  ASSERT_FALSE(inside.has_value());
  EXPECT_THAT(inside.error().message, HasSubstr("leave out 'fpga:'"));
}

TEST(DriverTraits, KnowWhichPortsCarryUnfinishedChecksums) {
  EXPECT_TRUE(driver_traits("net_af_packet").partial_checksums);
  EXPECT_TRUE(driver_traits("net_memif").partial_checksums);
  EXPECT_FALSE(driver_traits("net_pcap").partial_checksums);
  EXPECT_FALSE(driver_traits("net_mlx5").partial_checksums);
  EXPECT_FALSE(driver_traits("net_mlx5").is_virtual);
}

}  // namespace
}  // namespace sekimori
