#pragma once

#include "tests/support/lab.hpp"
#include "tests/support/tcp_socket.hpp"

namespace sekimori::bench {

/// The kernel's SYNPROXY in the lab's box, set up as the nftables wiki and the kernel's
/// documentation say: SYNs are not tracked, what conntrack does not know goes to `synproxy`, and
/// conntrack takes up no connection from its middle (tcp_loose = 0). The box is a router between
/// the client and the server, which both keep their addresses. Takes everything back at its end.
class KernelSynproxy {
 public:
  explicit KernelSynproxy(const lab::Lab& lab);
  KernelSynproxy(const KernelSynproxy&) = delete;
  KernelSynproxy& operator=(const KernelSynproxy&) = delete;
  ~KernelSynproxy();

 private:
  const lab::Lab& lab_;
};

/// A server that listens in the box itself and answers every SYN with a cookie
/// (net.ipv4.tcp_syncookies = 2). Takes everything back at its end.
class KernelSyncookies {
 public:
  explicit KernelSyncookies(const lab::Lab& lab);
  KernelSyncookies(const KernelSyncookies&) = delete;
  KernelSyncookies& operator=(const KernelSyncookies&) = delete;
  ~KernelSyncookies();

 private:
  const lab::Lab& lab_;
  std::unique_ptr<lab::TcpListener> listener_;
};

}  // namespace sekimori::bench
