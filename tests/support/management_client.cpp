#include "tests/support/management_client.hpp"

#include <grpcpp/create_channel.h>

#include <algorithm>
#include <chrono>

namespace sekimori::lab {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

void limit_time(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{60});
  context.set_wait_for_ready(true);
}

/// Fills the kind of a message.
struct Writer {
  management::Measure& message;

  void operator()(const AuthenticateSources& measure) const {
    message.mutable_authenticate_sources()->set_syn_mode(
        std::string{syn_mode_names[static_cast<std::size_t>(measure.mode)]});
  }
  void operator()(const BlockSources& measure) const {
    for (const Prefix& source : measure.sources) {
      message.mutable_block_sources()->add_sources(source.to_string());
    }
  }
  void operator()(const LimitTraffic& measure) const {
    auto& limit = *message.mutable_limit_traffic();
    limit.set_traffic_class(
        std::string{traffic_class_names[static_cast<std::size_t>(measure.traffic)]});
    limit.set_packets_per_s(measure.packets_per_s);
    limit.set_bits_per_s(measure.bits_per_s);
  }
  void operator()(const LimitConnections& measure) const {
    message.mutable_limit_connections()->set_per_s(measure.per_s);
  }
  void operator()(const GiveUpDestination& measure) const {
    message.mutable_give_up_destination()->set_destination(measure.destination.to_string());
  }
};

}  // namespace

ManagementClient::ManagementClient(const std::string& socket_path) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  stub_ = management::Dataplane::NewStub(grpc::CreateCustomChannel(
      "unix:" + socket_path, grpc::InsecureChannelCredentials(), arguments));
}

grpc::Status ManagementClient::get_status(management::Status& answer) {
  grpc::ClientContext context;
  limit_time(context);
  return stub_->GetStatus(&context, {}, &answer);
}

grpc::Status ManagementClient::apply_policy(std::span<const std::byte> image) {
  grpc::ClientContext context;
  limit_time(context);
  management::PolicyApplied answer;
  const auto writer = stub_->ApplyPolicy(&context, &answer);
  for (std::size_t at = 0; at < image.size(); at += chunk_bytes) {
    const auto part = image.subspan(at, std::min(chunk_bytes, image.size() - at));
    management::PolicyChunk chunk;
    chunk.set_image(part.data(), part.size());
    if (!writer->Write(chunk)) break;
  }
  writer->WritesDone();
  return writer->Finish();
}

grpc::Status ManagementClient::set_measures(const management::Measures& measures) {
  grpc::ClientContext context;
  limit_time(context);
  management::MeasuresApplied answer;
  return stub_->SetMeasures(&context, measures, &answer);
}

grpc::Status ManagementClient::set_measures(std::uint64_t revision,
                                            const std::vector<Measure>& measures) {
  return set_measures(measures_message(revision, measures));
}

grpc::Status ManagementClient::set_cookie_keys(const management::CookieKeys& keys) {
  grpc::ClientContext context;
  limit_time(context);
  management::CookieKeysAccepted answer;
  return stub_->SetCookieKeys(&context, keys, &answer);
}

management::Measures measures_message(std::uint64_t revision,
                                      const std::vector<Measure>& measures) {
  management::Measures message;
  message.set_revision(revision);
  for (const Measure& measure : measures) {
    management::Measure& added = *message.add_measures();
    added.set_object(measure.object);
    added.set_lifetime_ms(measure.lifetime_ms);
    std::visit(Writer{added}, measure.kind);
  }
  return message;
}

}  // namespace sekimori::lab
