#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "tests/support/lab.hpp"
#include "tests/support/tcp_socket.hpp"

namespace sekimori::bench {

inline constexpr std::size_t transfer_bytes = 10'000'000;
inline constexpr std::uint16_t source_port = 7001;  ///< sends `transfer_bytes` to whoever connects
inline constexpr std::uint16_t sink_port = 7002;    ///< takes bytes to the end and answers one byte

/// The server's end of the transfers, on threads that end with the object.
class TransferServer {
 public:
  explicit TransferServer(const lab::Lab& lab);
  TransferServer(const TransferServer&) = delete;
  TransferServer& operator=(const TransferServer&) = delete;
  ~TransferServer();

 private:
  std::string content_;
  lab::TcpListener source_;
  lab::TcpListener sink_;
  std::jthread source_thread_;
  std::jthread sink_thread_;
};

/// One transfer on a connection of its own, from connect(2) to the last byte, in Mbit of payload
/// per second; throws LabError when it does not come about whole.
double download_mbit_per_s(const lab::Lab& lab, const std::string& address);
double upload_mbit_per_s(const lab::Lab& lab, const std::string& address);

}  // namespace sekimori::bench
