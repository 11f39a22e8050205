#include "dataplane/management/management_server.hpp"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "dataplane/management/bounds.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/test_policy.hpp"

namespace sekimori {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;

/// A dataplane that notes what it is asked, and refuses when it is told to.
class Recorder final : public Managed {
 public:
  ManagementStatus status() override {
    called();
    return {.instance = "test",
            .version = "1.2.3",
            .process_id = 4,
            .started_unix_ns = 5,
            .policy_id = "0123",
            .policy_generation = 6,
            .measures_revision = 7,
            .measures_in_force = 8,
            .last_cookie_slot = 9};
  }
  tl::expected<AppliedPolicy, ManagementError> apply_policy(PolicyImage image) override {
    called();
    if (refusal) return tl::unexpected(*refusal);
    return AppliedPolicy{.policy_id = image.id(), .policy_generation = 2};
  }
  tl::expected<void, ManagementError> set_measures(MeasureSet set) override {
    called();
    if (refusal) return tl::unexpected(*refusal);
    measures = std::move(set);
    return {};
  }
  tl::expected<std::uint64_t, ManagementError> set_cookie_keys(std::vector<SlotKey> keys) override {
    called();
    return keys.back().slot;
  }

  std::optional<ManagementError> refusal;
  MeasureSet measures;
  std::set<std::thread::id> threads;

 private:
  void called() { threads.insert(std::this_thread::get_id()); }
};

class Server : public testing::Test {
 protected:
  Server() {
    auto socket = ManagementSocket::open(path_, std::nullopt);
    if (!socket) throw std::runtime_error{socket.error()};
    auto started = ManagementServer::start(std::move(*socket), managed_, *calls_,
                                           [this](const std::string& line) { note(line); });
    if (!started) throw std::runtime_error{started.error()};
    server_ = std::move(*started);
    main_thread_ = std::thread{[this] { run_calls(); }};
  }
  ~Server() override { stop(); }

  void stop() {
    if (!main_thread_.joinable()) return;
    stopped_ = true;
    main_thread_.join();
    server_.reset();
  }

  /// A client with a connection of its own.
  std::unique_ptr<management::Dataplane::Stub> client() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return management::Dataplane::NewStub(
        grpc::CreateCustomChannel("unix:" + path_, grpc::InsecureChannelCredentials(), arguments));
  }
  static void limit_time(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{20});
  }
  grpc::Status get_status(management::Dataplane::Stub& stub, management::Status& answer) const {
    grpc::ClientContext context;
    limit_time(context);
    return stub.GetStatus(&context, {}, &answer);
  }
  grpc::Status set_measures(const management::Measures& measures) const {
    grpc::ClientContext context;
    limit_time(context);
    management::MeasuresApplied answer;
    return client()->SetMeasures(&context, measures, &answer);
  }
  grpc::Status apply(std::span<const std::byte> image, std::size_t chunk_bytes,
                     management::PolicyApplied& answer) const {
    grpc::ClientContext context;
    limit_time(context);
    const auto stub = client();
    const auto writer = stub->ApplyPolicy(&context, &answer);
    for (std::size_t at = 0; at < image.size(); at += chunk_bytes) {
      const auto part = image.subspan(at, std::min(chunk_bytes, image.size() - at));
      management::PolicyChunk chunk;
      chunk.set_image(part.data(), part.size());
      if (!writer->Write(chunk)) break;
    }
    writer->WritesDone();
    return writer->Finish();
  }
  bool said(const std::string& what) {
    const std::lock_guard lock{mutex_};
    return std::ranges::any_of(
        log_, [&](const std::string& line) { return line.find(what) != std::string::npos; });
  }

  Recorder managed_;
  std::thread main_thread_;

 private:
  void run_calls() {
    while (!stopped_) {
      pollfd state{.fd = calls_->descriptor(), .events = POLLIN, .revents = 0};
      if (poll(&state, 1, 10) == 1) calls_->run();
    }
    calls_->close();
  }
  void note(const std::string& line) {
    const std::lock_guard lock{mutex_};
    log_.push_back(line);
  }

  std::string path_ = "/tmp/sekimori-management-" + std::to_string(getpid());
  std::optional<MainThreadCalls> calls_{std::move(*MainThreadCalls::open())};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::vector<std::string> log_;
  std::unique_ptr<ManagementServer> server_;
};

management::Measures one_measure() {
  management::Measures measures;
  measures.set_revision(11);
  management::Measure& measure = *measures.add_measures();
  measure.set_object("web");
  measure.set_lifetime_ms(1'000);
  measure.mutable_authenticate_sources()->set_syn_mode("proxy");
  return measures;
}

TEST_F(Server, TellsTheStatus) {
  management::Status answer;
  const grpc::Status status = get_status(*client(), answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.instance(), "test");
  EXPECT_EQ(answer.version(), "1.2.3");
  EXPECT_EQ(answer.process_id(), 4U);
  EXPECT_EQ(answer.started_unix_ns(), 5U);
  EXPECT_EQ(answer.policy_id(), "0123");
  EXPECT_EQ(answer.policy_generation(), 6U);
  EXPECT_EQ(answer.measures_revision(), 7U);
  EXPECT_EQ(answer.measures_in_force(), 8U);
  EXPECT_EQ(answer.last_cookie_slot(), 9U);
}

TEST_F(Server, HasTheMainThreadDoWhatIsAsked) {
  ASSERT_TRUE(set_measures(one_measure()).ok());
  const auto main_thread = main_thread_.get_id();
  stop();
  EXPECT_EQ(managed_.measures.revision, 11U);
  ASSERT_EQ(managed_.measures.measures.size(), 1U);
  EXPECT_EQ(managed_.measures.measures[0].object, "web");
  EXPECT_EQ(managed_.threads, std::set{main_thread});
}

TEST_F(Server, RefusesAMessageThatBreaksARule) {
  management::Measures wrong = one_measure();
  wrong.mutable_measures(0)->set_lifetime_ms(0);
  const grpc::Status status = set_measures(wrong);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("measures[0].lifetime_ms"));
  stop();
  EXPECT_TRUE(managed_.threads.empty());
}

TEST_F(Server, PassesOnWhyTheDataplaneRefuses) {
  struct Case {
    ManagementError::Kind kind;
    StatusCode code;
  };
  for (const Case& c : {Case{ManagementError::Kind::invalid, StatusCode::INVALID_ARGUMENT},
                        Case{ManagementError::Kind::exhausted, StatusCode::RESOURCE_EXHAUSTED},
                        Case{ManagementError::Kind::unavailable, StatusCode::UNAVAILABLE}}) {
    managed_.refusal = ManagementError{.kind = c.kind, .message = "because"};
    const grpc::Status status = set_measures(one_measure());
    EXPECT_EQ(status.error_code(), c.code);
    EXPECT_EQ(status.error_message(), "because");
  }
}

TEST_F(Server, PutsAnImageTogetherAndChecksIt) {
  const PolicyImage image = test::build_image({});
  management::PolicyApplied answer;
  grpc::Status status = apply(image.bytes(), 100, answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.policy_id(), image.id());
  EXPECT_EQ(answer.policy_generation(), 2U);

  std::vector<std::byte> cut{image.bytes().begin(), image.bytes().end() - 1};
  status = apply(cut, 100, answer);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), testing::StartsWith("image: "));
  status = apply({}, 1, answer);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);

  const std::vector<std::byte> large(ManagementBounds::max_chunk_bytes + 1);
  status = apply(large, large.size(), answer);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "image: a chunk must have at most 1048576 bytes");
}

TEST_F(Server, TakesOnePolicyAtATime) {
  grpc::ClientContext context;
  limit_time(context);
  management::PolicyApplied answer;
  const auto stub = client();
  const auto writer = stub->ApplyPolicy(&context, &answer);
  management::PolicyChunk chunk;
  chunk.set_image("begin");
  ASSERT_TRUE(writer->Write(chunk));
  management::PolicyApplied other;
  const PolicyImage image = test::build_image({});
  EXPECT_TRUE(lab::wait_until(std::chrono::seconds{10}, [&] {
    return apply(image.bytes(), 1000, other).error_code() == StatusCode::UNAVAILABLE;
  }));
  context.TryCancel();
  writer->Finish();
  EXPECT_TRUE(lab::wait_until(std::chrono::seconds{10},
                              [&] { return apply(image.bytes(), 1000, other).ok(); }));
}

TEST_F(Server, RefusesAMessageThatIsTooLarge) {
  management::Measures measures = one_measure();
  measures.mutable_measures(0)->set_object(std::string(ManagementBounds::max_message_bytes, 'a'));
  EXPECT_EQ(set_measures(measures).error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(Server, HasRoomForSoManyConnectionsAndAgainWhenOneEnds) {
  management::Status answer;
  std::vector<std::unique_ptr<management::Dataplane::Stub>> clients;
  for (std::size_t i = 0; i < ManagementBounds::max_connections; ++i) {
    clients.push_back(client());
    ASSERT_TRUE(get_status(*clients.back(), answer).ok());
  }
  EXPECT_EQ(get_status(*client(), answer).error_code(), StatusCode::UNAVAILABLE);
  // The client may know of its end before the server has said why.
  EXPECT_TRUE(lab::wait_until(std::chrono::seconds{10},
                              [&] { return said("there are 8 connections already"); }));
  clients.pop_back();
  EXPECT_TRUE(lab::wait_until(std::chrono::seconds{10},
                              [&] { return get_status(*client(), answer).ok(); }));
}

TEST_F(Server, TakesCookieKeys) {
  management::CookieKeys keys;
  management::CookieKey& key = *keys.add_keys();
  key.set_slot(12);
  key.set_key(std::string(16, 'k'));
  grpc::ClientContext context;
  limit_time(context);
  management::CookieKeysAccepted answer;
  ASSERT_TRUE(client()->SetCookieKeys(&context, keys, &answer).ok());
  EXPECT_EQ(answer.last_cookie_slot(), 12U);
}

TEST_F(Server, EndsWhileAClientIsConnected) {
  const auto stub = client();
  management::Status answer;
  ASSERT_TRUE(get_status(*stub, answer).ok());
  stop();
  EXPECT_FALSE(get_status(*stub, answer).ok());
}

}  // namespace
}  // namespace sekimori
