#pragma once

#include <common/management.grpc.pb.h>

#include <atomic>

#include "dataplane/management/main_thread_calls.hpp"
#include "dataplane/management/managed.hpp"

namespace sekimori {

/// The calls of common/management.proto. gRPC's threads read and check what was sent and have the
/// main thread do it.
class ManagementService final : public management::Dataplane::Service {
 public:
  /// Both outlive the service.
  ManagementService(Managed& managed, MainThreadCalls& main_thread)
      : managed_(managed), main_thread_(main_thread) {}

  grpc::Status GetStatus(grpc::ServerContext* context, const management::StatusRequest* request,
                         management::Status* answer) override;
  grpc::Status ApplyPolicy(grpc::ServerContext* context,
                           grpc::ServerReader<management::PolicyChunk>* chunks,
                           management::PolicyApplied* answer) override;
  grpc::Status SetMeasures(grpc::ServerContext* context, const management::Measures* request,
                           management::MeasuresApplied* answer) override;
  grpc::Status SetCookieKeys(grpc::ServerContext* context, const management::CookieKeys* request,
                             management::CookieKeysAccepted* answer) override;

 private:
  template <typename Work>
  grpc::Status on_main_thread(Work&& work);

  Managed& managed_;
  MainThreadCalls& main_thread_;
  /// Of at most one policy the bytes are kept, which may be a gigabyte.
  std::atomic<bool> receiving_policy_{false};
};

}  // namespace sekimori
