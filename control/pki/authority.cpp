#include "control/pki/authority.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "control/pki/deny_list.hpp"
#include "control/pki/secret_file.hpp"
#include "control/pki/signing.hpp"

namespace sekimori {
namespace {

constexpr const char* organization = "Sekimori";

tl::expected<void, std::string> make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (error) return tl::unexpected{path.string() + ": " + error.message()};
  return {};
}

tl::expected<CertifiedKey, std::string> read_authority(const AuthorityFiles& files) {
  std::error_code ignored;
  if (!std::filesystem::exists(files.certificate(), ignored)) {
    return tl::unexpected{files.folder.string() +
                          ": no certificate authority is here; make one with sekimori-control "
                          "init, or name its folder with --pki"};
  }
  return read_certified_key(files.certificate(), files.key());
}

bool is_address(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

/// RFC 1123, section 2.1. Nothing else may reach the text of an extension.
bool is_host_name(const std::string& name) {
  return !name.empty() && name.size() <= 253 && name.front() != '-' && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.';
         });
}

tl::expected<void, std::string> check_signature(const AuthorityFiles& files, X509& authority,
                                                X509& server) {
  const Openssl<X509_STORE> store{X509_STORE_new()};
  const Openssl<X509_STORE_CTX> context{X509_STORE_CTX_new()};
  if (!store || !context || X509_STORE_add_cert(store.get(), &authority) != 1 ||
      X509_STORE_CTX_init(context.get(), store.get(), &server, nullptr) != 1 ||
      X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER) != 1) {
    return tl::unexpected{"cannot check " + files.server_certificate().string() + ": " +
                          openssl_error()};
  }
  if (X509_verify_cert(context.get()) != 1) {
    return tl::unexpected{
        files.server_certificate().string() + ": is not a server's certificate of " +
        files.certificate().string() + ": " +
        X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())) +
        "; move it and its key away and make new ones with sekimori-control init"};
  }
  return {};
}

}  // namespace

tl::expected<void, std::string> make_authority(const AuthorityFiles& files,
                                               const std::string& site) {
  if (auto made = make_folder(files.folder); !made) return made;
  if (auto made = make_folder(files.persons()); !made) return made;
  const auto pair = certify({.common_name = site,
                             .organization = organization,
                             .unit = "",
                             .days = authority_days,
                             .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                            {NID_key_usage, "critical,keyCertSign,cRLSign"}}},
                            nullptr);
  if (!pair) return tl::unexpected{pair.error()};
  if (auto written = write_certified_key(*pair, files.certificate(), files.key()); !written) {
    return written;
  }
  return write_new_secret(files.deny_list(), "");
}

tl::expected<void, std::string> make_server_certificate(const AuthorityFiles& files,
                                                        const std::vector<std::string>& names) {
  if (names.empty()) {
    return tl::unexpected<std::string>{
        "the server's certificate needs at least one name or address by which clients reach it"};
  }
  std::string alternatives;
  for (const std::string& name : names) {
    const bool address = is_address(name);
    if (!address && !is_host_name(name)) {
      return tl::unexpected{"\"" + name + "\" is neither a host name nor an address"};
    }
    alternatives += alternatives.empty() ? "" : ",";
    alternatives += address ? "IP:" : "DNS:";
    alternatives += name;
  }
  const auto authority = read_authority(files);
  if (!authority) return tl::unexpected{authority.error()};
  const auto pair = certify({.common_name = names.front(),
                             .organization = organization,
                             .unit = "",
                             .days = server_days,
                             .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                                            {NID_key_usage, "critical,digitalSignature"},
                                            {NID_ext_key_usage, "serverAuth"},
                                            {NID_subject_alt_name, alternatives}}},
                            &*authority);
  if (!pair) return tl::unexpected{pair.error()};
  return write_certified_key(*pair, files.server_certificate(), files.server_key());
}

tl::expected<PersonFiles, std::string> make_person_certificate(const AuthorityFiles& files,
                                                               const std::string& person, Duty duty,
                                                               std::uint32_t days) {
  if (!is_person_name(person)) {
    return tl::unexpected{"\"" + person +
                          "\" is no name for a person here: 1 to 64 letters, digits and . _ @ -, "
                          "the first of them a letter or digit"};
  }
  if (days == 0 || days > max_person_days) {
    return tl::unexpected{"a person's certificate lives from 1 to " +
                          std::to_string(max_person_days) + " days"};
  }
  const auto authority = read_authority(files);
  if (!authority) return tl::unexpected{authority.error()};
  const auto pair = certify({.common_name = person,
                             .organization = organization,
                             .unit = std::string{name_of(duty)},
                             .days = days,
                             .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                                            {NID_key_usage, "critical,digitalSignature"},
                                            {NID_ext_key_usage, "clientAuth"}}},
                            &*authority);
  if (!pair) return tl::unexpected{pair.error()};
  PersonFiles paths{.certificate = files.persons() / (person + ".crt"),
                    .key = files.persons() / (person + ".key")};
  if (auto written = write_certified_key(*pair, paths.certificate, paths.key); !written) {
    return tl::unexpected{written.error()};
  }
  return paths;
}

tl::expected<std::vector<PersonEntry>, std::string> list_persons(const AuthorityFiles& files) {
  std::vector<PersonEntry> persons;
  std::error_code error;
  DenyList deny_list{files.deny_list()};
  for (const auto& entry : std::filesystem::directory_iterator{files.persons(), error}) {
    if (entry.path().extension() != ".crt") continue;
    const auto certificate = read_certificate(entry.path());
    // One that has expired is of no use to anybody and no fault of the folder.
    if (!certificate) continue;
    const auto identity = identity_of(**certificate);
    if (!identity) return tl::unexpected{entry.path().string() + ": " + identity.error()};
    const auto revoked = deny_list.holds(identity->serial);
    if (!revoked) return tl::unexpected{revoked.error()};
    persons.push_back({.identity = *identity, .revoked = *revoked});
  }
  if (error) return tl::unexpected{files.persons().string() + ": " + error.message()};
  std::sort(persons.begin(), persons.end(), [](const PersonEntry& a, const PersonEntry& b) {
    return a.identity.person < b.identity.person;
  });
  return persons;
}

tl::expected<std::string, std::string> revoke_person(const AuthorityFiles& files,
                                                     const std::string& person) {
  if (!is_person_name(person)) return tl::unexpected{"\"" + person + "\" is no person's name"};
  const std::filesystem::path path = files.persons() / (person + ".crt");
  const auto certificate = read_certificate(path);
  if (!certificate) return tl::unexpected{certificate.error()};
  std::string serial = serial_of(**certificate);
  const std::string line = serial + " " + person + "\n";
  // One write of a short line at the end is whole for whoever reads the file meanwhile.
  const int file = open(files.deny_list().c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  const bool added = file >= 0 &&
                     write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                     fsync(file) == 0;
  const std::string reason = std::strerror(errno);
  if (file >= 0) close(file);
  if (!added) return tl::unexpected{files.deny_list().string() + ": " + reason};
  std::error_code error;
  std::filesystem::rename(path, files.persons() / (person + "." + serial + ".revoked"), error);
  if (!error) std::filesystem::remove(files.persons() / (person + ".key"), error);
  if (error) return tl::unexpected{path.string() + ": revoked, but: " + error.message()};
  return serial;
}

tl::expected<std::uint64_t, std::string> check_server_files(const AuthorityFiles& files) {
  const auto authority = read_certificate(files.certificate());
  if (!authority) return tl::unexpected{authority.error()};
  const auto server = read_certified_key(files.server_certificate(), files.server_key());
  if (!server) return tl::unexpected{server.error()};
  if (auto good = check_signature(files, **authority, *server->certificate); !good) {
    return tl::unexpected{good.error()};
  }
  DenyList deny_list{files.deny_list()};
  if (const auto good = deny_list.holds(""); !good) return tl::unexpected{good.error()};
  return not_after_s(*server->certificate);
}

}  // namespace sekimori
