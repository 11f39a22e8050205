#include "tests/support/stand_in_dataplane.hpp"

#include <common/management.grpc.pb.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "common/policy_image.hpp"

namespace sekimori::test {

class StandInDataplane::Service final : public management::Dataplane::Service {
 public:
  explicit Service(const std::string& socket_path) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + socket_path, grpc::InsecureServerCredentials());
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    if (!server_) throw std::runtime_error{"no management socket at " + socket_path};
  }

 private:
  grpc::Status GetStatus(grpc::ServerContext*, const management::StatusRequest*,
                         management::Status* status) override {
    const std::lock_guard lock{mutex_};
    status->set_instance("stand-in");
    status->set_process_id(static_cast<std::uint64_t>(getpid()));
    status->set_started_unix_ns(1);
    status->set_policy_id(policy_id_);
    status->set_policy_generation(generation_);
    status->set_measures_revision(revision_);
    status->set_last_cookie_slot(last_slot_);
    return grpc::Status::OK;
  }

  grpc::Status ApplyPolicy(grpc::ServerContext*,
                           grpc::ServerReader<management::PolicyChunk>* chunks,
                           management::PolicyApplied* applied) override {
    std::vector<std::byte> bytes;
    management::PolicyChunk chunk;
    while (chunks->Read(&chunk)) {
      const auto* first = reinterpret_cast<const std::byte*>(chunk.image().data());
      bytes.insert(bytes.end(), first, first + chunk.image().size());
    }
    const auto image = PolicyImage::load(std::move(bytes));
    if (!image) return {grpc::StatusCode::INVALID_ARGUMENT, image.error()};
    const std::lock_guard lock{mutex_};
    policy_id_ = image->id();
    applied->set_policy_id(policy_id_);
    applied->set_policy_generation(++generation_);
    return grpc::Status::OK;
  }

  grpc::Status SetMeasures(grpc::ServerContext*, const management::Measures* measures,
                           management::MeasuresApplied* applied) override {
    const std::lock_guard lock{mutex_};
    revision_ = measures->revision();
    applied->set_revision(revision_);
    return grpc::Status::OK;
  }

  grpc::Status SetCookieKeys(grpc::ServerContext*, const management::CookieKeys* keys,
                             management::CookieKeysAccepted* accepted) override {
    const std::lock_guard lock{mutex_};
    for (const management::CookieKey& key : keys->keys()) {
      last_slot_ = std::max(last_slot_, key.slot());
    }
    accepted->set_last_cookie_slot(last_slot_);
    return grpc::Status::OK;
  }

  std::mutex mutex_;
  std::string policy_id_;
  std::uint64_t generation_ = 0;
  std::uint64_t revision_ = 0;
  std::uint64_t last_slot_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

StandInDataplane::StandInDataplane(const std::string& socket_path)
    : service_(std::make_unique<Service>(socket_path)) {}

StandInDataplane::~StandInDataplane() = default;

}  // namespace sekimori::test
