#include "control/notify/transfer.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "control/model/clean_text.hpp"
#include "control/notify/server_url.hpp"

namespace sekimori {
namespace {

constexpr std::size_t longest_words = 300;
constexpr long http_gone = 410;

/// Replies by which a server says that there is no such mailbox (RFC 5321, 4.2.3).
bool says_no_mailbox(long status) {
  return status == 550 || status == 551 || status == 553;
}

AttemptResult outcome(AttemptResult::Outcome kind, const std::string& words) {
  const std::string clean = clean_text(words);
  return {kind, std::string{cut_text(clean, longest_words)}};
}

}  // namespace

void TransferSockets::watch(CURL* handle) {
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &TransferSockets::open);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, &TransferSockets::close);
  curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, this);
}

void TransferSockets::shut_down() const {
  for (const curl_socket_t file : open_) ::shutdown(file, SHUT_RDWR);
}

curl_socket_t TransferSockets::open(void* sockets, curlsocktype /*purpose*/,
                                    curl_sockaddr* address) {
  const int file = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (file < 0) return CURL_SOCKET_BAD;
  static_cast<TransferSockets*>(sockets)->open_.insert(file);
  return file;
}

int TransferSockets::close(void* sockets, curl_socket_t file) {
  static_cast<TransferSockets*>(sockets)->open_.erase(file);
  return ::close(file);
}

Transfer::Transfer(const Delivery& delivery, std::string origin, const NotifierOptions& options)
    : key_(delivery.key),
      channel_(delivery.recipient.channel),
      content_(delivery.content),
      origin_(std::move(origin)),
      handle_(curl_easy_init()),
      answer_room_(options.limits.answer_bytes) {
  if (handle_ == nullptr) {
    usable_ = false;
    return;
  }
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, trouble_.data());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.limits.connect_timeout_ms));
  set(CURLOPT_WRITEFUNCTION, &Transfer::take_answer);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
}

std::unique_ptr<Transfer> Transfer::webhook(const Delivery& delivery, const WebhookSecret& secret,
                                            std::uint64_t now_s, const NotifierOptions& options) {
  const std::string& url = delivery.recipient.address;
  std::unique_ptr<Transfer> transfer{new Transfer(delivery, origin_of(url), options)};
  if (!transfer->usable_) return transfer;
  transfer->set(CURLOPT_URL, url.c_str());
  transfer->set(CURLOPT_PROTOCOLS_STR, "http,https");
  transfer->set(CURLOPT_FOLLOWLOCATION, 0L);
  transfer->set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  transfer->set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.limits.webhook_timeout_ms));
  transfer->set(CURLOPT_USERAGENT, "sekimori");
  transfer->add_header("Content-Type: application/json");
  transfer->add_header("Expect:");
  transfer->add_header("Sekimori-Delivery: " + delivery.key);
  transfer->add_header("Sekimori-Signature: " + secret.header(now_s, delivery.content));
  transfer->set(CURLOPT_HTTPHEADER, transfer->headers_);
  transfer->set(CURLOPT_POST, 1L);
  transfer->set(CURLOPT_POSTFIELDS, transfer->content_.data());
  transfer->set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer->content_.size()));
  return transfer;
}

std::unique_ptr<Transfer> Transfer::mail(const Delivery& delivery, const std::string& smtp,
                                         const std::string& mail_from,
                                         const NotifierOptions& options) {
  std::unique_ptr<Transfer> transfer{new Transfer(delivery, origin_of(smtp), options)};
  if (!transfer->usable_) return transfer;
  transfer->set(CURLOPT_URL, smtp.c_str());
  transfer->set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  transfer->set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.limits.mail_timeout_ms));
  if (smtp.starts_with("smtp://")) {
    transfer->set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));
    transfer->set(CURLOPT_SSL_VERIFYPEER, 0L);
    transfer->set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
  transfer->set(CURLOPT_MAIL_FROM, mail_from.c_str());
  transfer->recipients_ = curl_slist_append(nullptr, delivery.recipient.address.c_str());
  transfer->set(CURLOPT_MAIL_RCPT, transfer->recipients_);
  transfer->set(CURLOPT_UPLOAD, 1L);
  transfer->set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(transfer->content_.size()));
  transfer->set(CURLOPT_READFUNCTION, &Transfer::give_mail);
  transfer->set(CURLOPT_READDATA, transfer.get());
  transfer->set(CURLOPT_SEEKFUNCTION, &Transfer::seek_mail);
  transfer->set(CURLOPT_SEEKDATA, transfer.get());
  transfer->set(CURLOPT_HEADERFUNCTION, &Transfer::take_header);
  transfer->set(CURLOPT_HEADERDATA, transfer.get());
  return transfer;
}

Transfer::~Transfer() {
  curl_easy_cleanup(handle_);
  curl_slist_free_all(headers_);
  curl_slist_free_all(recipients_);
}

void Transfer::add_header(const std::string& line) {
  curl_slist* const longer = curl_slist_append(headers_, line.c_str());
  if (longer == nullptr) {
    usable_ = false;
  } else {
    headers_ = longer;
  }
}

Transfer* Transfer::of(CURL* handle) {
  void* transfer = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &transfer);
  return static_cast<Transfer*>(transfer);
}

AttemptResult Transfer::result(CURLcode code) const {
  if (!usable_) return outcome(AttemptResult::Outcome::again, "out of memory");
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  std::string trouble;
  if (code != CURLE_OK) {
    trouble = trouble_[0] != '\0' ? trouble_.data() : curl_easy_strerror(code);
    long error = 0;
    curl_easy_getinfo(handle_, CURLINFO_OS_ERRNO, &error);
    if (error != 0) {
      trouble.append(": ").append(std::generic_category().message(static_cast<int>(error)));
    }
  }
  return channel_ == Channel::mail ? mail_result(status, trouble) : webhook_result(status, trouble);
}

AttemptResult Transfer::webhook_result(long status, const std::string& trouble) const {
  // An answer that is longer than we read ends with an error, but its status has been seen.
  const bool only_too_long = answer_room_ == 0 && status != 0;
  if (!trouble.empty() && !only_too_long) {
    return outcome(AttemptResult::Outcome::again, origin_ + ": " + trouble);
  }
  std::string words = origin_ + " answered " + std::to_string(status);
  if (status >= 200 && status < 300) return outcome(AttemptResult::Outcome::delivered, words);
  if (status >= 300 && status < 400) words += "; redirects are not followed";
  return outcome(
      status == http_gone ? AttemptResult::Outcome::never : AttemptResult::Outcome::again, words);
}

AttemptResult Transfer::mail_result(long status, const std::string& trouble) const {
  if (trouble.empty()) {
    return outcome(AttemptResult::Outcome::delivered, origin_ + " has taken it: " + last_reply_);
  }
  std::string words = origin_ + ": " + trouble;
  if (!last_reply_.empty()) words += "; it said: " + last_reply_;
  return outcome(
      says_no_mailbox(status) ? AttemptResult::Outcome::never : AttemptResult::Outcome::again,
      words);
}

std::size_t Transfer::take_header(char* data, std::size_t size, std::size_t count, void* transfer) {
  std::string_view line{data, size * count};
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  auto& self = *static_cast<Transfer*>(transfer);
  // The goodbye after a refusal says nothing about it.
  if (!line.starts_with("221")) self.last_reply_ = clean_text(line.substr(0, longest_words));
  return size * count;
}

std::size_t Transfer::take_answer(char* /*data*/, std::size_t size, std::size_t count,
                                  void* transfer) {
  auto& self = *static_cast<Transfer*>(transfer);
  const std::size_t bytes = size * count;
  if (bytes > self.answer_room_) {
    self.answer_room_ = 0;
    return bytes == 1 ? 0 : bytes - 1;  // anything but `bytes` ends the transfer
  }
  self.answer_room_ -= bytes;
  return bytes;
}

std::size_t Transfer::give_mail(char* data, std::size_t size, std::size_t count, void* transfer) {
  auto& self = *static_cast<Transfer*>(transfer);
  const std::size_t bytes = std::min(size * count, self.content_.size() - self.mail_at_);
  std::copy_n(self.content_.data() + self.mail_at_, bytes, data);
  self.mail_at_ += bytes;
  return bytes;
}

int Transfer::seek_mail(void* transfer, curl_off_t offset, int origin) {
  auto& self = *static_cast<Transfer*>(transfer);
  if (origin != SEEK_SET || offset < 0 || static_cast<std::size_t>(offset) > self.content_.size()) {
    return CURL_SEEKFUNC_CANTSEEK;
  }
  self.mail_at_ = static_cast<std::size_t>(offset);
  return CURL_SEEKFUNC_OK;
}

}  // namespace sekimori
