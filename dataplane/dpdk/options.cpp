#include "dataplane/dpdk/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <map>

#include "common/stats_segment.hpp"

namespace sekimori {

namespace {

constexpr const char* description =
    "Sekimori's packet path: scrubs what arrives on the outside port and sends the rest on through "
    "the inside port.";

constexpr const char* footer = R"(Ports:
  A port is a DPDK virtual device with its arguments, or a PCI address:
    net_af_packet0,iface=eth1    any Linux interface (add qpairs=N for N workers)
    net_af_xdp0,iface=eth1       a Linux interface with XDP
    net_memif0,role=client,socket=/run/vpp/memif.sock
    net_pcap0,rx_pcap=in.pcap,tx_pcap=out.pcap
    0000:3b:00.0                 a network card bound to vfio-pci
  fpga: before the outside port says that an FPGA card of ours stands in front of it, as in
  fpga:0000:3b:00.0; its metadata are believed there and nowhere else (docs/FPGA.md).
  Switch segmentation offloads off on Linux interfaces that face a port: ethtool -K IF tso off
  gso off gro off.

Signals:
  SIGHUP reads the policy again; a wrong one is reported and the old one stays in force.
  SIGTERM and SIGINT let the workers finish their packets and end the program with status 0.

Workers run on the CPUs that the program may use; choose them with taskset(1).
Exit status: 0 after a signal, 2 for a wrong flag or policy, 1 when the machine refuses something.)";

/// Empty for a name that may be part of a file's name, the rule otherwise.
std::string instance_name(const std::string& name) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
  if (!name.empty() && name.size() <= stats_max_instance_length &&
      std::ranges::all_of(name, allowed)) {
    return {};
  }
  return "must be 1 to " + std::to_string(stats_max_instance_length) +
         " letters, digits, '-' or '_'";
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_status) {
  Options options;
  CLI::App app{description, "sekimori-dataplane"};
  app.footer(footer);
  app.set_help_flag("-h,--help", "Print this text and exit");

  app.add_option("--policy", options.policy, "Policy, as TOML or as a compiled image")
      ->required()
      ->type_name("FILE");
  app.add_option("--outside", options.outside, "Port toward the Internet")
      ->required()
      ->type_name("PORT");
  app.add_option("--inside", options.inside, "Port toward the protected servers")
      ->required()
      ->type_name("PORT");
  app.add_option("--workers", options.workers, "Threads that handle packets, one CPU each")
      ->check(CLI::Range(1U, max_workers))
      ->capture_default_str()
      ->type_name("N");
  app.add_option("--instance", options.instance,
                 "Name of this dataplane among several; sekictl finds it by this name")
      ->capture_default_str()
      ->check(instance_name)
      ->type_name("NAME");
  app.add_option("--secret-file", options.secret_file,
                 "32 secret bytes; nodes that share them accept each other's cookies "
                 "(default: random, new at each start)")
      ->type_name("FILE");
  auto* card =
      app.add_option("--card", options.card,
                     "Card in front of the outside port, to be kept in step with policy, measures "
                     "and keys: the bitstream for it, or unix:SOCKET of a simulated one "
                     "(default: somebody else does so)")
          ->type_name("FILE");
  app.add_option("--card-device", options.card_device, "XRT's number of the card")
      ->needs(card)
      ->capture_default_str()
      ->type_name("N");
  auto* management =
      app.add_option("--management", options.management,
                     "Unix socket on which control may change the policy, set measures and send "
                     "cookie keys (default: none)")
          ->type_name("PATH");
  app.add_option("--management-user", options.management_user,
                 "User who may connect there besides root and the one who runs this program; the "
                 "socket is made his, and his group may read the statistics")
      ->needs(management)
      ->type_name("NAME");
  bool huge = false;
  bool no_huge = false;
  auto* huge_flag =
      app.add_flag("--huge", huge, "Use hugepages or fail (default: use them if enough are free)");
  app.add_flag("--no-huge", no_huge, "Use ordinary pages")->excludes(huge_flag);
  app.add_option("--idle-sleep", options.idle_sleep_us,
                 "How long an idle worker sleeps between looks at its ports, as 50us or 1ms; 0 "
                 "never sleeps (default: 50us when all ports are virtual and CPUs are few)")
      ->transform(CLI::AsNumberWithUnit(
          std::map<std::string, std::uint32_t>{{"us", 1}, {"ms", 1000}},
          CLI::AsNumberWithUnit::Options(CLI::AsNumberWithUnit::CASE_SENSITIVE |
                                         CLI::AsNumberWithUnit::UNIT_OPTIONAL),
          "TIME"))
      ->type_name("TIME");
  app.add_option("--mtu", options.mtu, "Largest IP packet of both networks, in bytes")
      ->check(CLI::Range(1280, 9600))
      ->capture_default_str()
      ->type_name("BYTES");
  app.add_option("eal-arguments", options.eal_arguments,
                 "After --, arguments for DPDK's environment (EAL)")
      ->type_name("");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_status = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  if (huge) options.memory = MemoryMode::huge_pages;
  if (no_huge) options.memory = MemoryMode::ordinary_pages;
  return options;
}

}  // namespace sekimori
