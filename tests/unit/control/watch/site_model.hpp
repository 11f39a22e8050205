#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "control/watch/watch.hpp"

namespace sekimori::test {

/// What a stream of packets consists of.
enum class Traffic : std::uint8_t {
  syn,
  segments,  ///< of connections: data and acknowledgements, which the server answers
  small_acks,
  rst,
  fin,
  udp,
  dns,
  amplified_ntp,
  icmp,
  fragments,
};

/// A stream of packets to one object, from `sources` addresses that are real, or from forged ones.
struct Stream {
  std::size_t object = 0;
  Traffic traffic{};
  double packets_per_s = 0;
  std::uint32_t sources = 0;                ///< 0: forged, another for each packet
  std::uint32_t first_source = 0xc6336401;  ///< 198.51.100.1
  std::uint32_t bytes = 64;
};

/// A site behind a dataplane, as control sees it: streams of packets in, counters, samples and
/// proved sources out, and measures that change what passes. Time and chance are its own, so it
/// gives the same every time.
class SiteModel {
 public:
  /// Objects "o0", "o1", ... from 192.0.2.1 on, fifty in each /24, each a single address, which are
  /// judged at 1,000 SYNs, 2,000 UDP packets and so on a second.
  [[nodiscard]] static Policy policy(std::size_t objects);

  explicit SiteModel(std::shared_ptr<const Policy> policy, std::uint32_t seed = 1);

  /// Gives each object its usual load: so many connections a second, from 20 sources, with ten
  /// packets each.
  void usual_load(double connections_per_s);
  std::uint64_t add(Stream stream);
  void remove(std::uint64_t stream) { streams_.erase(stream); }

  /// Lets time pass and returns what control then sees. It is valid until the next call.
  [[nodiscard]] Observation observe(std::uint64_t ms = 100);
  void put_in_force(const std::vector<Measure>& measures) { measures_ = measures; }
  void replace_policy(std::shared_ptr<const Policy> policy);
  /// All counters begin with 0 again, as those of a dataplane that was restarted.
  void restart_dataplane();
  void silence_server(std::size_t object, bool silent) { silent_[object] = silent; }

  bool outside_up = true;
  bool inside_up = true;
  bool dataplane_alive = true;
  std::uint64_t lost_packets = 0;
  double samples_per_s = 2'000;
  double rhythm = 1;  ///< multiplies the usual load

  [[nodiscard]] std::uint64_t ms() const { return monotonic_ms_; }

 private:
  struct Fate {
    double passed = 0;  ///< shares of the packets
    double replied = 0;
    DropReason reason = DropReason::limit_total;
  };
  struct InForce {
    bool authenticate = false;
    bool given_up = false;
    std::vector<Prefix> blocked = {};
    double udp_limit = 0;
  };

  [[nodiscard]] InForce in_force(std::size_t object) const;
  [[nodiscard]] static Fate fate(const Stream& stream, const InForce& now);
  [[nodiscard]] std::uint32_t source_of(const Stream& stream, std::uint64_t n);
  void run(const Stream& stream, double seconds);
  void count(const Stream& stream, std::uint64_t packets, const Fate& fate);
  void sample(const Stream& stream, std::uint64_t packets, const Fate& fate);
  void prove(const Stream& stream, std::uint64_t packets, const InForce& now);
  [[nodiscard]] double chance() { return std::uniform_real_distribution<>{}(random_); }

  std::shared_ptr<const Policy> policy_;
  std::mt19937 random_;
  std::uint64_t monotonic_ms_ = 1'000'000;
  std::map<std::uint64_t, Stream> streams_;
  std::uint64_t next_stream_ = 0;
  std::size_t usual_streams_ = 0;
  std::vector<ObjectMeters> meters_;
  std::vector<PacketSample> samples_;
  std::map<std::pair<std::uint32_t, Address>, SourceLoad> proved_;
  std::vector<SourceLoad> sources_;
  std::vector<Measure> measures_;
  std::map<std::size_t, bool> silent_;
  double sampled_share_ = 1;
};

/// A watch and the site that it watches: what it decides comes into force.
struct WatchBed {
  explicit WatchBed(Policy policy, std::uint32_t seed = 1);

  /// One observation; keeps what was decided.
  void step(std::uint64_t ms = 100);
  void run(double seconds, std::uint64_t ms = 100);
  /// The only incident; a failure and an empty one if there are others.
  [[nodiscard]] Incident only_incident() const;

  std::shared_ptr<const Policy> policy;
  SiteModel site;
  Watch watch;
  WatchDecision last = {};
  std::vector<Measure> measures = {};
  std::map<std::uint64_t, Incident> handed_out = {};  ///< the last version of each
};

/// "o3 authenticate", "o3 block 10", ...: what is in force.
[[nodiscard]] std::string text_of(const std::vector<Measure>& measures);

/// The bytes of a frame of such traffic, from this source. `number` chooses the client's port.
[[nodiscard]] std::vector<std::uint8_t> frame_of(Traffic traffic, std::uint32_t source,
                                                 const Address& destination, std::uint64_t number);

}  // namespace sekimori::test
