#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/namespace.hpp"
#include "tests/support/process.hpp"

namespace sekimori::lab {

/// A real Postfix at 127.0.0.1:25 with a configuration and a queue of its own. It offers STARTTLS
/// and delivers every mail for `domain` to one maildir.
class Postfix {
 public:
  Postfix(const Namespace& where, const std::filesystem::path& directory,
          const std::string& domain);
  Postfix(const Postfix&) = delete;
  Postfix& operator=(const Postfix&) = delete;
  ~Postfix();

  [[nodiscard]] std::vector<std::string> mails() const;
  [[nodiscard]] std::string log() const { return process_.output(); }

 private:
  std::filesystem::path directory_;
  Process process_;
};

/// Postfix's smtp-sink, which takes mails at 127.0.0.1:`port` and keeps each in a file.
class SmtpSink {
 public:
  /// `options` are more of its own, separated by nothing but their places in the list.
  SmtpSink(const Namespace& where, const std::filesystem::path& directory, std::uint16_t port,
           const std::vector<std::string>& options = {});

  [[nodiscard]] std::vector<std::string> mails() const;

 private:
  std::filesystem::path directory_;
  Process process_;
};

/// A real nginx at 127.0.0.1:80 that logs what is posted to it, a line each: delivery, signature
/// and body, with tabs between them.
class NginxReceiver {
 public:
  NginxReceiver(const Namespace& where, const std::filesystem::path& directory);

  struct Request {
    std::string delivery;
    std::string signature;
    std::string body;
  };
  [[nodiscard]] std::vector<Request> requests() const;

 private:
  std::filesystem::path directory_;
  Process process_;
};

}  // namespace sekimori::lab
