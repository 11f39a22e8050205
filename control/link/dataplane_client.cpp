#include "control/link/dataplane_client.hpp"

#include <common/management.grpc.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "common/bytes.hpp"

namespace sekimori {
namespace {

constexpr std::chrono::milliseconds call_deadline{2'000};
/// A policy of 100,000 objects is checked and built in that time on a slow machine.
constexpr std::chrono::milliseconds policy_deadline{60'000};
constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
/// A dataplane that was restarted is found again soon.
constexpr int reconnect_ms = 100;

struct Call {
  explicit Call(std::chrono::milliseconds at_most) {
    context.set_deadline(std::chrono::system_clock::now() + at_most);
  }
  grpc::ClientContext context;
};

struct FillMeasure {
  management::Measure& to;

  void operator()(const AuthenticateSources& m) const {
    to.mutable_authenticate_sources()->set_syn_mode(
        std::string{syn_mode_names[static_cast<std::size_t>(m.mode)]});
  }
  void operator()(const BlockSources& m) const {
    for (const Prefix& source : m.sources) {
      to.mutable_block_sources()->add_sources(source.to_string());
    }
  }
  void operator()(const LimitTraffic& m) const {
    auto& limit = *to.mutable_limit_traffic();
    limit.set_traffic_class(std::string{traffic_class_names[static_cast<std::size_t>(m.traffic)]});
    limit.set_packets_per_s(m.packets_per_s);
    limit.set_bits_per_s(m.bits_per_s);
  }
  void operator()(const LimitConnections& m) const {
    to.mutable_limit_connections()->set_per_s(m.per_s);
  }
  void operator()(const GiveUpDestination& m) const {
    to.mutable_give_up_destination()->set_destination(m.destination.to_string());
  }
};

}  // namespace

struct DataplaneClient::Connection {
  explicit Connection(const std::string& socket_path) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, reconnect_ms);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, reconnect_ms);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 10 * reconnect_ms);
    // One connection of its own: gRPC would share it with other channels to the same address.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub = management::Dataplane::NewStub(grpc::CreateCustomChannel(
        "unix:" + socket_path, grpc::InsecureChannelCredentials(), arguments));
  }

  std::unique_ptr<management::Dataplane::Stub> stub;
};

namespace {

tl::unexpected<std::string> failure(const char* call, const std::string& socket_path,
                                    const grpc::Status& status) {
  const bool unreached = status.error_code() == grpc::StatusCode::UNAVAILABLE;
  std::string text = std::string{call} + ": ";
  if (unreached) text += "no dataplane answers on " + socket_path + ": ";
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    text += "the dataplane has not answered in time: ";
  }
  return tl::unexpected<std::string>{text + status.error_message()};
}

}  // namespace

DataplaneClient::DataplaneClient(const std::string& socket_path)
    : socket_path_(socket_path), connection_(std::make_unique<Connection>(socket_path)) {}

DataplaneClient::~DataplaneClient() = default;

tl::expected<DataplaneStatus, std::string> DataplaneClient::status() {
  Call call{call_deadline};
  management::Status answer;
  const grpc::Status result = connection_->stub->GetStatus(&call.context, {}, &answer);
  if (!result.ok()) return failure("GetStatus", socket_path_, result);
  return DataplaneStatus{.instance = answer.instance(),
                         .version = answer.version(),
                         .process_id = answer.process_id(),
                         .started_unix_ns = answer.started_unix_ns(),
                         .policy_id = answer.policy_id(),
                         .policy_generation = answer.policy_generation(),
                         .measures_revision = answer.measures_revision(),
                         .measures_in_force = answer.measures_in_force(),
                         .last_cookie_slot = answer.last_cookie_slot()};
}

tl::expected<std::string, std::string> DataplaneClient::apply_policy(
    std::span<const std::byte> image) {
  Call call{policy_deadline};
  management::PolicyApplied answer;
  const auto writer = connection_->stub->ApplyPolicy(&call.context, &answer);
  while (!image.empty()) {
    const auto part = image.first(std::min(chunk_bytes, image.size()));
    image = image.subspan(part.size());
    management::PolicyChunk chunk;
    chunk.set_image(part.data(), part.size());
    // A refused chunk ends the call; why is told by Finish.
    if (!writer->Write(chunk)) break;
  }
  writer->WritesDone();
  const grpc::Status result = writer->Finish();
  if (!result.ok()) return failure("ApplyPolicy", socket_path_, result);
  return answer.policy_id();
}

tl::expected<void, std::string> DataplaneClient::set_measures(std::uint64_t revision,
                                                              std::span<const Measure> measures) {
  management::Measures request;
  request.set_revision(revision);
  for (const Measure& measure : measures) {
    management::Measure& entry = *request.add_measures();
    entry.set_object(measure.object);
    entry.set_lifetime_ms(measure.lifetime_ms);
    std::visit(FillMeasure{entry}, measure.kind);
  }
  Call call{call_deadline};
  management::MeasuresApplied answer;
  const grpc::Status result = connection_->stub->SetMeasures(&call.context, request, &answer);
  if (!result.ok()) return failure("SetMeasures", socket_path_, result);
  return {};
}

tl::expected<void, std::string> DataplaneClient::set_cookie_keys(std::span<const SlotKey> keys) {
  management::CookieKeys request;
  for (const SlotKey& slot_key : keys) {
    std::array<std::uint8_t, 16> bytes;
    store(bytes.data(), slot_key.key.k0);
    store(bytes.data() + 8, slot_key.key.k1);
    management::CookieKey& entry = *request.add_keys();
    entry.set_slot(slot_key.slot);
    entry.set_key(bytes.data(), bytes.size());
  }
  Call call{call_deadline};
  management::CookieKeysAccepted answer;
  const grpc::Status result = connection_->stub->SetCookieKeys(&call.context, request, &answer);
  if (!result.ok()) return failure("SetCookieKeys", socket_path_, result);
  return {};
}

}  // namespace sekimori
