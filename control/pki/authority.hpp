#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "control/pki/duty.hpp"
#include "control/pki/identity.hpp"

namespace sekimori {

// The site's own certificate authority: a folder of mode 0700 whose files have mode 0600. Keys are
// on the curve P-256, signatures use SHA-256. Nothing is ever overwritten.

struct AuthorityFiles {
  std::filesystem::path folder;

  [[nodiscard]] std::filesystem::path certificate() const { return folder / "ca.crt"; }
  [[nodiscard]] std::filesystem::path key() const { return folder / "ca.key"; }
  [[nodiscard]] std::filesystem::path server_certificate() const { return folder / "server.crt"; }
  [[nodiscard]] std::filesystem::path server_key() const { return folder / "server.key"; }
  [[nodiscard]] std::filesystem::path deny_list() const { return folder / "revoked"; }
  [[nodiscard]] std::filesystem::path persons() const { return folder / "persons"; }
};

inline constexpr std::uint32_t authority_days = 3650;
inline constexpr std::uint32_t server_days = 397;
inline constexpr std::uint32_t person_days = 365;
/// The most that a person's certificate may live.
inline constexpr std::uint32_t max_person_days = 825;

/// Makes the folder, the authority and an empty deny list.
[[nodiscard]] tl::expected<void, std::string> make_authority(const AuthorityFiles& files,
                                                             const std::string& site);

/// Makes the server's certificate for DNS names and addresses, at least one.
[[nodiscard]] tl::expected<void, std::string> make_server_certificate(
    const AuthorityFiles& files, const std::vector<std::string>& names);

struct PersonFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// Makes a person's certificate and key: persons/NAME.crt and NAME.key.
[[nodiscard]] tl::expected<PersonFiles, std::string> make_person_certificate(
    const AuthorityFiles& files, const std::string& person, Duty duty,
    std::uint32_t days = person_days);

struct PersonEntry {
  Identity identity;
  bool revoked = false;
};

/// Everybody for whom a certificate lies in the folder, by name.
[[nodiscard]] tl::expected<std::vector<PersonEntry>, std::string> list_persons(
    const AuthorityFiles& files);

/// Adds a person's certificate to the deny list and takes its files out of the way, so that a new
/// one can be made. Returns the serial number.
[[nodiscard]] tl::expected<std::string, std::string> revoke_person(const AuthorityFiles& files,
                                                                   const std::string& person);

/// Checks all that a server needs: that the files are there, that keys are secret and belong to
/// their certificates, that the authority signed the server's and that nothing has expired. Returns
/// when the server's certificate expires, in Unix seconds.
[[nodiscard]] tl::expected<std::uint64_t, std::string> check_server_files(
    const AuthorityFiles& files);

}  // namespace sekimori
