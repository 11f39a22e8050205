// The programs with no more rights than their systemd units leave them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/dataplane.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/http.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/nginx.hpp"
#include "tests/system/need_lab.hpp"

namespace sekimori::lab {
namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds patience{60};
/// Stands in for the user sekimori, whom only an installation makes.
constexpr uid_t nobody = 65'534;

std::vector<std::string> as_unit(const std::string& unit,
                                 const std::vector<std::string>& drop_ins = {}) {
  std::vector<std::string> words{"python3", "tests/support/run_as_unit.py",
                                 "control/systemd/" + unit + ".service.in"};
  words.insert(words.end(), drop_ins.begin(), drop_ins.end());
  words.insert(words.end(), {"--user", "nobody", "--"});
  return words;
}

class Units : public NeedsLab {
 protected:
  /// A dataplane that the user may manage.
  static Dataplane start_dataplane(const Lab& lab, PortDriver driver) {
    DataplaneOptions options;
    options.driver = driver;
    options.runner = as_unit("sekimori-dataplane", drop_ins_for(driver));
    options.managed = true;
    options.management_user = "nobody";
    return Dataplane{lab, policy_for_server("proxy"), options};
  }
  static std::vector<std::string> drop_ins_for(PortDriver driver) {
    if (driver != PortDriver::af_xdp) return {};
    return {"docs/examples/af-xdp.conf"};
  }
  static std::string status_of(const Lab& lab, const Process& process) {
    return lab.box().read_file("/proc/" + std::to_string(process.pid()) + "/status");
  }
};

class UnitOfDataplane : public Units, public testing::WithParamInterface<PortDriver> {};

TEST_P(UnitOfDataplane, LeavesItTheRightsToScrub) {
  Lab lab;
  const Nginx nginx{lab.server(), lab.run().directory(), {.ipv4 = Lab::server_ipv4}};
  Dataplane dataplane = start_dataplane(lab, GetParam());
  const std::string status = status_of(lab, dataplane.process());
  EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(status, HasSubstr("Seccomp:\t2"));
  EXPECT_EQ(http_get(lab.client(), {Lab::server_ipv4, 80}, "/").body, nginx.small_page());
  EXPECT_TRUE(dataplane.reload(policy_for_server("reset"))) << "it runs sekictl to read TOML";
  EXPECT_EQ(dataplane.stop(), 0) << dataplane.process().output();
}

INSTANTIATE_TEST_SUITE_P(Drivers, UnitOfDataplane,
                         testing::Values(PortDriver::af_packet, PortDriver::af_xdp),
                         [](const auto& driver) {
                           return driver.param == PortDriver::af_packet ? "af_packet" : "af_xdp";
                         });

std::vector<std::string> operator+(std::vector<std::string> words,
                                   const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_F(Units, ControlWorksWithoutAnyPrivilege) {
  Lab lab;
  const std::filesystem::path folder = lab.run().directory();
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  const std::string state = folder / "state";
  ASSERT_EQ(::mkdir(state.c_str(), 0700), 0);
  ASSERT_EQ(::chown(state.c_str(), nobody, nobody), 0);
  const std::string program = program_folder() / "sekimori-control";
  const std::vector<std::string> command = as_unit("sekimori-control") + std::vector{program};
  run_command(command + std::vector<std::string>{"init", "--state", state});

  Dataplane dataplane = start_dataplane(lab, PortDriver::af_packet);
  Process control{
      lab.box(),
      command + std::vector<std::string>{"--state", state, "--instance", lab.run().name(),
                                         "--management", management_socket(lab), "--listen",
                                         "127.0.0.1:8443"},
      folder / "control.log"};
  ASSERT_TRUE(control.wait_for_output("ready listen=", patience)) << control.output();
  const std::string status = status_of(lab, control);
  EXPECT_THAT(status, HasSubstr("CapEff:\t0000000000000000"));
  EXPECT_THAT(status, HasSubstr("Uid:\t65534\t65534"));
  EXPECT_THAT(status, HasSubstr("Seccomp:\t2"));
  EXPECT_TRUE(wait_until(patience, [&] {
    return dataplane.snapshot().management_heartbeat_unix_ns > 0;
  })) << control.output();
  EXPECT_EQ(control.stop(SIGTERM, patience), 0) << control.output();
}

}  // namespace
}  // namespace sekimori::lab
