#include "bench/splice/transfers.hpp"

#include <chrono>
#include <functional>
#include <stop_token>

#include "tests/support/errors.hpp"

namespace sekimori::bench {
namespace {

using lab::LabError;
using lab::TcpListener;
using lab::TcpSocket;

constexpr std::chrono::milliseconds stop_interval{100};

void serve(const std::stop_token& stop, TcpListener& listener,
           const std::function<void(TcpSocket&)>& exchange) {
  while (!stop.stop_requested()) {
    if (auto connection = listener.accept(stop_interval)) {
      exchange(*connection);
    }
  }
}

double mbit_per_s(std::chrono::steady_clock::time_point start) {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return 8.0 * static_cast<double>(transfer_bytes) / taken.count() / 1e6;
}

TcpSocket connect(const lab::Lab& lab, const std::string& address, std::uint16_t port) {
  TcpSocket client{lab.client(), AF_INET};
  if (const int error = client.connect({address, port}); error != 0) {
    throw LabError("connect to " + address + " fails with errno " + std::to_string(error));
  }
  return client;
}

void expect_whole(std::size_t received, std::size_t expected, int error) {
  if (error != 0 || received != expected) {
    throw LabError("a transfer ends after " + std::to_string(received) + " of " +
                   std::to_string(expected) + " bytes with errno " + std::to_string(error));
  }
}

}  // namespace

TransferServer::TransferServer(const lab::Lab& lab)
    : content_(transfer_bytes, 's'),
      source_(lab.server(), {"0.0.0.0", source_port}),
      sink_(lab.server(), {"0.0.0.0", sink_port}),
      source_thread_([this](const std::stop_token& stop) {
        serve(stop, source_, [this](TcpSocket& connection) { connection.send(content_); });
      }),
      sink_thread_([this](const std::stop_token& stop) {
        serve(stop, sink_, [](TcpSocket& connection) {
          std::string received;
          received.reserve(transfer_bytes);
          connection.receive_to_end(received);
          connection.send(received.size() == transfer_bytes ? "y" : "n");
        });
      }) {}

TransferServer::~TransferServer() = default;

double download_mbit_per_s(const lab::Lab& lab, const std::string& address) {
  std::string received;
  received.reserve(transfer_bytes);
  const auto start = std::chrono::steady_clock::now();
  TcpSocket client = connect(lab, address, source_port);
  const int error = client.receive_to_end(received);
  const double rate = mbit_per_s(start);
  expect_whole(received.size(), transfer_bytes, error);
  return rate;
}

double upload_mbit_per_s(const lab::Lab& lab, const std::string& address) {
  const std::string content(transfer_bytes, 'c');
  std::string answer;
  const auto start = std::chrono::steady_clock::now();
  TcpSocket client = connect(lab, address, sink_port);
  int error = client.send(content);
  if (error == 0) {
    client.shutdown_write();
    error = client.receive_to_end(answer);
  }
  const double rate = mbit_per_s(start);
  expect_whole(answer == "y" ? transfer_bytes : 0, transfer_bytes, error);
  return rate;
}

}  // namespace sekimori::bench
