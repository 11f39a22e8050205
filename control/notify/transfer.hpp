#pragma once

#include <curl/curl.h>

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "control/model/delivery.hpp"
#include "control/notify/attempt.hpp"
#include "control/notify/notifier.hpp"
#include "control/notify/webhook_signature.hpp"

namespace sekimori {

/// The sockets of all transfers, among them those that libcurl keeps for later ones. To close a
/// mail server's connection libcurl says goodbye and waits for the answer, which a server that
/// hangs never gives; `shut_down` keeps it from waiting.
class TransferSockets {
 public:
  void watch(CURL* handle);
  void shut_down() const;

 private:
  static curl_socket_t open(void* sockets, curlsocktype purpose, curl_sockaddr* address);
  static int close(void* sockets, curl_socket_t file);

  std::set<curl_socket_t> open_;
};

/// One attempt to post a webhook or to hand a mail over, as a handle of libcurl.
class Transfer {
 public:
  /// A POST of the delivery's content, signed now. TLS is verified and redirects are not followed.
  static std::unique_ptr<Transfer> webhook(const Delivery& delivery, const WebhookSecret& secret,
                                           std::uint64_t now_s, const NotifierOptions& options);
  /// A mail to the server `smtp` from `mail_from`. With smtp: TLS is used when the server offers
  /// it, without asking who it is, for whoever could lie about that could as well hide the offer
  /// (RFC 7435). With smtps: TLS is a must and verified.
  static std::unique_ptr<Transfer> mail(const Delivery& delivery, const std::string& smtp,
                                        const std::string& mail_from,
                                        const NotifierOptions& options);

  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] const std::string& origin() const { return origin_; }
  [[nodiscard]] CURL* handle() const { return handle_; }
  /// What came of it, from what libcurl says at its end.
  [[nodiscard]] AttemptResult result(CURLcode code) const;

  /// The transfer that a handle belongs to.
  static Transfer* of(CURL* handle);

 private:
  Transfer(const Delivery& delivery, std::string origin, const NotifierOptions& options);

  template <typename Value>
  void set(CURLoption option, Value value) {
    if (curl_easy_setopt(handle_, option, value) != CURLE_OK) usable_ = false;
  }
  void add_header(const std::string& line);
  [[nodiscard]] AttemptResult webhook_result(long status, const std::string& trouble) const;
  [[nodiscard]] AttemptResult mail_result(long status, const std::string& trouble) const;

  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* transfer);
  static std::size_t take_answer(char* data, std::size_t size, std::size_t count, void* transfer);
  static std::size_t give_mail(char* data, std::size_t size, std::size_t count, void* transfer);
  static int seek_mail(void* transfer, curl_off_t offset, int origin);

  std::string key_;
  Channel channel_;
  std::string content_;
  std::string origin_;
  CURL* handle_;
  curl_slist* headers_ = nullptr;
  curl_slist* recipients_ = nullptr;
  std::size_t mail_at_ = 0;
  std::size_t answer_room_;
  std::string last_reply_;  ///< of the mail server
  std::array<char, CURL_ERROR_SIZE> trouble_{};
  bool usable_ = true;
};

}  // namespace sekimori
