#include "bench/traffic/cases.hpp"

#include "bench/traffic/frames.hpp"
#include "bench/traffic/traffic.hpp"
#include "dataplane/packet/headers.hpp"

namespace sekimori::bench {

namespace {

constexpr std::size_t usual_flows = 1U << 16;
constexpr std::size_t base_bytes = 400'000'000;  ///< of tables of their usual size and a flood
constexpr std::size_t bytes_per_flow = 130;      ///< entry, bucket, and a packet of the stream

using Shares = std::array<double, verdict_count>;

Shares all(Verdict verdict) {
  Shares shares{};
  shares.at(static_cast<std::size_t>(verdict)) = 1;
  return shares;
}

/// Some room in the table, so that no key finds both its buckets full.
std::string table_policy(std::size_t flows, std::size_t objects = 1) {
  return "[tables]\nflows = " + std::to_string(flows + flows / 4) +
         "\nobjects = " + std::to_string(objects) + '\n';
}

std::string numbered(std::string text, std::size_t number) {
  text += std::to_string(number);
  return text;
}

std::string object_policy(const std::string& name, const std::vector<std::string>& prefixes) {
  std::string policy = "[[object]]\nname = \"" + name + "\"\nprefixes = [";
  for (const std::string& prefix : prefixes) policy += '"' + prefix + "\", ";
  return policy + "]\nsyn = \"proxy\"\n";
}

std::string server_policy(std::size_t flows) {
  return table_policy(flows) + object_policy("server", {server(Family::ipv4).to_string(),
                                                        server(Family::ipv6).to_string()});
}

Case flood_case(std::string name, const Flood& flood, std::size_t packets, Verdict expected) {
  return {.name = std::move(name),
          .policy = server_policy(usual_flows),
          .shares = all(expected),
          .memory_bytes = base_bytes,
          .prepare = [flood, packets](PacketStream& stream, PipelineBed& /*bed*/,
                                      const PolicyTables& /*policy*/,
                                      const Now& /*now*/) { add_flood(stream, flood, packets); }};
}

/// The client's side of connections that are spliced to the server, in random order.
Case established_case(unsigned exponent) {
  const std::size_t flows = std::size_t{1} << exponent;
  return {.name = numbered("established_2e", exponent),
          .policy = server_policy(flows),
          .shares = all(Verdict::forward),
          .memory_bytes = base_bytes + flows * bytes_per_flow,
          .prepare = [flows](PacketStream& stream, PipelineBed& bed, const PolicyTables& policy,
                             const Now& now) {
            stream.reserve(flows);
            add_established(stream, bed, policy, now, flows);
            stream.shuffle();
          }};
}

/// A SYN flood spread at random over so many protected addresses, each an object of its own.
Case objects_case(std::uint32_t objects, std::size_t packets) {
  Case result = flood_case(numbered("objects_", objects),
                           {.flags = tcp_flag::syn, .objects = objects}, packets, Verdict::reply);
  result.policy = table_policy(usual_flows, objects);
  for (std::uint32_t i = 0; i < objects; ++i) {
    result.policy += object_policy(numbered("o", i), {protected_address(i).to_string()});
  }
  return result;
}

/// 90 % SYN flood, 10 % acknowledgements on established connections, at random; somewhat more
/// packets than said, so that each connection has its own.
Case mixed_case(std::size_t packets) {
  constexpr std::size_t packets_each = 2;
  const std::size_t flows = packets / 16;
  const std::size_t flood = 9 * packets_each * flows;
  Case result = established_case(16);
  result.name = "mixed_90_10";
  result.shares = {};
  result.shares.at(static_cast<std::size_t>(Verdict::reply)) = 0.9;
  result.shares.at(static_cast<std::size_t>(Verdict::forward)) = 0.1;
  result.prepare = [flows, flood](PacketStream& stream, PipelineBed& bed,
                                  const PolicyTables& policy, const Now& now) {
    add_established(stream, bed, policy, now, flows, packets_each);
    add_flood(stream, {.flags = tcp_flag::syn}, flood);
    stream.shuffle();
  };
  return result;
}

/// The flood of the smallest SYNs for several workers at once.
Case workers_case(unsigned workers, std::size_t packets) {
  Case result =
      flood_case(numbered("workers_", workers), {.flags = tcp_flag::syn}, packets, Verdict::reply);
  result.workers = workers;
  result.memory_bytes *= workers;
  return result;
}

}  // namespace

void add_reference_packets(PacketStream& stream) {
  add_flood(stream, {.flags = tcp_flag::syn}, usual_flood_packets);
}

std::vector<Case> all_cases(std::size_t flood_packets) {
  const auto flood = [flood_packets](std::string name, const Flood& packet, Verdict expected) {
    return flood_case(std::move(name), packet, flood_packets, expected);
  };
  std::vector<Case> cases{
      flood("synack_v4_64", {.flags = tcp_flag::syn}, Verdict::reply),
      flood("synack_v4_78", {.flags = tcp_flag::syn, .options = true}, Verdict::reply),
      flood("synack_v6_78", {.family = Family::ipv6, .flags = tcp_flag::syn}, Verdict::reply),
      flood("ack_invalid_64", {.flags = tcp_flag::ack}, Verdict::drop),
  };
  for (unsigned exponent = 10; exponent <= 24; exponent += 2) {
    cases.push_back(established_case(exponent));
  }
  for (std::uint32_t objects = 10; objects <= 100'000; objects *= 10) {
    cases.push_back(objects_case(objects, flood_packets));
  }
  cases.push_back(mixed_case(flood_packets));
  for (unsigned workers : {1U, 2U}) cases.push_back(workers_case(workers, flood_packets));
  return cases;
}

}  // namespace sekimori::bench
