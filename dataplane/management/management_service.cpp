#include "dataplane/management/management_service.hpp"

#include <cstring>
#include <utility>

#include "dataplane/management/bounds.hpp"
#include "dataplane/management/read_messages.hpp"

namespace sekimori {
namespace {

grpc::Status status_of(const ManagementError& error) {
  switch (error.kind) {
    case ManagementError::Kind::invalid:
      return {grpc::StatusCode::INVALID_ARGUMENT, error.message};
    case ManagementError::Kind::exhausted:
      return {grpc::StatusCode::RESOURCE_EXHAUSTED, error.message};
    case ManagementError::Kind::unavailable:
      break;
  }
  return {grpc::StatusCode::UNAVAILABLE, error.message};
}

grpc::Status invalid(const std::string& message) {
  return {grpc::StatusCode::INVALID_ARGUMENT, message};
}

/// Sets a flag for as long as it lives, unless another has set it.
class Turn {
 public:
  explicit Turn(std::atomic<bool>& taken) : taken_(taken), mine_(!taken.exchange(true)) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (mine_) taken_ = false;
  }
  [[nodiscard]] bool mine() const { return mine_; }

 private:
  std::atomic<bool>& taken_;
  bool mine_;
};

/// The bytes of all chunks, or why they can be no image.
tl::expected<std::vector<std::byte>, std::string> read_chunks(
    grpc::ServerReader<management::PolicyChunk>& chunks) {
  std::vector<std::byte> bytes;
  management::PolicyChunk chunk;
  while (chunks.Read(&chunk)) {
    const std::string& part = chunk.image();
    if (part.size() > ManagementBounds::max_chunk_bytes) {
      return tl::unexpected<std::string>{"image: a chunk must have at most " +
                                         std::to_string(ManagementBounds::max_chunk_bytes) +
                                         " bytes"};
    }
    if (part.size() > PolicyBounds::max_image_bytes - bytes.size()) {
      return tl::unexpected<std::string>{"image: must have at most " +
                                         std::to_string(PolicyBounds::max_image_bytes) +
                                         " bytes in all"};
    }
    const auto* first = reinterpret_cast<const std::byte*>(part.data());
    bytes.insert(bytes.end(), first, first + part.size());
  }
  return bytes;
}

}  // namespace

template <typename Work>
grpc::Status ManagementService::on_main_thread(Work&& work) {
  grpc::Status status;
  if (!main_thread_.call([&] { status = work(); })) {
    return {grpc::StatusCode::UNAVAILABLE, "the dataplane is about to end"};
  }
  return status;
}

grpc::Status ManagementService::GetStatus(grpc::ServerContext*, const management::StatusRequest*,
                                          management::Status* answer) {
  return on_main_thread([&] {
    const ManagementStatus status = managed_.status();
    answer->set_instance(status.instance);
    answer->set_version(status.version);
    answer->set_process_id(status.process_id);
    answer->set_started_unix_ns(status.started_unix_ns);
    answer->set_policy_id(status.policy_id);
    answer->set_policy_generation(status.policy_generation);
    answer->set_measures_revision(status.measures_revision);
    answer->set_measures_in_force(status.measures_in_force);
    answer->set_last_cookie_slot(status.last_cookie_slot);
    return grpc::Status::OK;
  });
}

grpc::Status ManagementService::ApplyPolicy(grpc::ServerContext* context,
                                            grpc::ServerReader<management::PolicyChunk>* chunks,
                                            management::PolicyApplied* answer) {
  const Turn turn{receiving_policy_};
  if (!turn.mine()) {
    return {grpc::StatusCode::UNAVAILABLE, "another policy is being applied; try again"};
  }
  auto bytes = read_chunks(*chunks);
  if (!bytes) return invalid(bytes.error());
  if (context->IsCancelled()) return grpc::Status::CANCELLED;
  auto image = PolicyImage::load(std::move(*bytes));
  if (!image) return invalid("image: " + image.error());
  return on_main_thread([&] {
    const auto applied = managed_.apply_policy(std::move(*image));
    if (!applied) return status_of(applied.error());
    answer->set_policy_id(applied->policy_id);
    answer->set_policy_generation(applied->policy_generation);
    return grpc::Status::OK;
  });
}

grpc::Status ManagementService::SetMeasures(grpc::ServerContext*,
                                            const management::Measures* request,
                                            management::MeasuresApplied* answer) {
  auto set = read_measures(*request);
  if (!set) return invalid(set.error());
  return on_main_thread([&] {
    const auto applied = managed_.set_measures(std::move(*set));
    if (!applied) return status_of(applied.error());
    answer->set_revision(request->revision());
    return grpc::Status::OK;
  });
}

grpc::Status ManagementService::SetCookieKeys(grpc::ServerContext*,
                                              const management::CookieKeys* request,
                                              management::CookieKeysAccepted* answer) {
  auto keys = read_cookie_keys(*request);
  if (!keys) return invalid(keys.error());
  return on_main_thread([&] {
    const auto last_slot = managed_.set_cookie_keys(std::move(*keys));
    if (!last_slot) return status_of(last_slot.error());
    answer->set_last_cookie_slot(*last_slot);
    return grpc::Status::OK;
  });
}

}  // namespace sekimori
