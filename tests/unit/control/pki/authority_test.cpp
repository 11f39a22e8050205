#include "control/pki/authority.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <fstream>
#include <string>
#include <vector>

#include "control/pki/signing.hpp"
#include "tests/support/replay_program.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;

class Authority : public testing::Test {
 protected:
  void make() {
    const auto made = make_authority(files_, "test site");
    ASSERT_TRUE(made) << made.error();
  }
  void make_server() {
    const auto made = make_server_certificate(files_, {"localhost", "127.0.0.1", "::1"});
    ASSERT_TRUE(made) << made.error();
  }
  static unsigned mode_of(const std::filesystem::path& path) {
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777U;
  }

  test::TemporaryFolder folder_;
  AuthorityFiles files_{folder_.path() / "pki"};
};

TEST_F(Authority, MakesFilesForItsOwnerOnly) {
  make();
  make_server();
  const auto person = make_person_certificate(files_, "aiko", Duty::approver);
  ASSERT_TRUE(person) << person.error();
  for (const auto& path :
       {files_.certificate(), files_.key(), files_.server_certificate(), files_.server_key(),
        files_.deny_list(), person->certificate, person->key}) {
    EXPECT_EQ(mode_of(path), 0600U) << path;
  }
  EXPECT_EQ(mode_of(files_.folder), 0700U);
  EXPECT_EQ(mode_of(files_.persons()), 0700U);
}

TEST_F(Authority, OverwritesNothing) {
  make();
  make_server();
  ASSERT_TRUE(make_person_certificate(files_, "aiko", Duty::viewer));
  const auto authority = make_authority(files_, "test site");
  ASSERT_FALSE(authority);
  EXPECT_THAT(authority.error(), HasSubstr("ca.key: is there already; move it away"));
  EXPECT_FALSE(make_server_certificate(files_, {"localhost"}));
  EXPECT_FALSE(make_person_certificate(files_, "aiko", Duty::approver));
  EXPECT_TRUE(check_server_files(files_));
}

TEST_F(Authority, BindsAPersonToADuty) {
  make();
  for (const Duty duty : {Duty::viewer, Duty::operator_duty, Duty::approver}) {
    const std::string name{name_of(duty)};
    const auto paths = make_person_certificate(files_, name + "@example.com", duty, 10);
    ASSERT_TRUE(paths) << paths.error();
    const auto pair = read_certified_key(paths->certificate, paths->key);
    ASSERT_TRUE(pair) << pair.error();
    const auto identity = identity_of(*pair->certificate);
    ASSERT_TRUE(identity) << identity.error();
    EXPECT_EQ(identity->person, name + "@example.com");
    EXPECT_EQ(identity->duty, duty);
    EXPECT_EQ(identity->serial.size(), 32U);
  }
}

TEST_F(Authority, SignsWithSha256OnP256ForOneUseOnly) {
  make();
  make_server();
  const auto person = make_person_certificate(files_, "aiko", Duty::viewer);
  ASSERT_TRUE(person);
  const auto server = read_certificate(files_.server_certificate());
  const auto client = read_certificate(person->certificate);
  const auto authority = read_certificate(files_.certificate());
  ASSERT_TRUE(server && client && authority);
  for (const auto* certificate : {&*server, &*client, &*authority}) {
    EXPECT_EQ(X509_get_signature_nid(certificate->get()), NID_ecdsa_with_SHA256);
    EXPECT_EQ(EVP_PKEY_get_bits(X509_get0_pubkey(certificate->get())), 256);
  }
  EXPECT_EQ(X509_check_purpose(server->get(), X509_PURPOSE_SSL_SERVER, 0), 1);
  EXPECT_EQ(X509_check_purpose(server->get(), X509_PURPOSE_SSL_CLIENT, 0), 0);
  EXPECT_EQ(X509_check_purpose(client->get(), X509_PURPOSE_SSL_CLIENT, 0), 1);
  EXPECT_EQ(X509_check_purpose(client->get(), X509_PURPOSE_SSL_SERVER, 0), 0);
  EXPECT_EQ(X509_check_ca(authority->get()), 1);
  EXPECT_EQ(X509_check_ca(client->get()), 0);
  EXPECT_EQ(X509_check_host(server->get(), "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(server->get(), "example.com", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(server->get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(server->get(), "::1", 0), 1);
}

TEST_F(Authority, RefusesWrongNames) {
  make();
  for (const std::string person : {"", "../x", ".x", "-x", "a/b", "a b", "a\nb", "関"}) {
    EXPECT_FALSE(make_person_certificate(files_, person, Duty::viewer)) << person;
  }
  EXPECT_FALSE(make_person_certificate(files_, std::string(65, 'a'), Duty::viewer));
  EXPECT_FALSE(make_person_certificate(files_, "aiko", Duty::viewer, 0));
  EXPECT_FALSE(make_person_certificate(files_, "aiko", Duty::viewer, max_person_days + 1));
  for (const std::string name : {"", "a,DNS:evil.example", "a b", "-a", "*.example.com"}) {
    EXPECT_FALSE(make_server_certificate(files_, {name})) << name;
  }
  EXPECT_FALSE(make_server_certificate(files_, {}));
}

TEST_F(Authority, SaysWhatIsMissing) {
  const auto none = make_person_certificate(files_, "aiko", Duty::viewer);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error(), HasSubstr("make one with sekimori-control init"));
  make();
  const auto server = check_server_files(files_);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error(), HasSubstr("server.crt: No such file"));
}

TEST_F(Authority, ChecksWhatTheServerNeeds) {
  make();
  make_server();
  const auto expires_s = check_server_files(files_);
  ASSERT_TRUE(expires_s) << expires_s.error();
  EXPECT_GT(*expires_s, 0U);

  // A key that others may read is no secret any more.
  ASSERT_EQ(chmod(files_.server_key().c_str(), 0640), 0);
  EXPECT_THAT(check_server_files(files_).error(), HasSubstr("run chmod 600"));
  ASSERT_EQ(chmod(files_.server_key().c_str(), 0600), 0);

  // A key of another certificate.
  const auto person = make_person_certificate(files_, "aiko", Duty::viewer);
  ASSERT_TRUE(person);
  std::filesystem::rename(files_.server_key(), files_.folder / "kept");
  std::filesystem::copy_file(person->key, files_.server_key());
  EXPECT_THAT(check_server_files(files_).error(), HasSubstr("is not the key of"));

  // A person's certificate is none of a server.
  std::filesystem::rename(files_.server_certificate(), files_.folder / "kept.crt");
  std::filesystem::copy_file(person->certificate, files_.server_certificate());
  EXPECT_THAT(check_server_files(files_).error(), HasSubstr("is not a server's certificate"));
  std::filesystem::rename(files_.folder / "kept", files_.server_key());
  std::filesystem::rename(files_.folder / "kept.crt", files_.server_certificate());
  ASSERT_TRUE(check_server_files(files_));

  // Without the deny list nobody can be admitted.
  std::filesystem::remove(files_.deny_list());
  EXPECT_THAT(check_server_files(files_).error(), HasSubstr("nobody is admitted"));
}

TEST_F(Authority, RefusesTheCertificateOfAnotherAuthority) {
  make();
  const AuthorityFiles other{folder_.path() / "other"};
  ASSERT_TRUE(make_authority(other, "other"));
  ASSERT_TRUE(make_server_certificate(other, {"localhost"}));
  std::filesystem::copy_file(other.server_certificate(), files_.server_certificate());
  std::filesystem::copy_file(other.server_key(), files_.server_key());
  EXPECT_THAT(check_server_files(files_).error(), HasSubstr("is not a server's certificate of"));
}

TEST_F(Authority, RefusesExpiredAndWrongFiles) {
  make();
  const auto authority = read_certified_key(files_.certificate(), files_.key());
  ASSERT_TRUE(authority);
  auto expired = certify(
      {.common_name = "aiko", .organization = "x", .unit = "viewer", .days = 0, .extensions = {}},
      &*authority);
  ASSERT_TRUE(expired);
  X509_gmtime_adj(X509_getm_notAfter(expired->certificate.get()), -1);
  ASSERT_TRUE(write_certified_key(*expired, folder_.path() / "e.crt", folder_.path() / "e.key"));
  EXPECT_THAT(read_certificate(folder_.path() / "e.crt").error(), HasSubstr("has expired"));
  std::ofstream{folder_.path() / "w.crt"} << "nonsense";
  EXPECT_THAT(read_certificate(folder_.path() / "w.crt").error(), HasSubstr("no certificate"));
  std::ofstream{folder_.path() / "l.crt"} << std::string(100'000, 'x');
  EXPECT_THAT(read_certificate(folder_.path() / "l.crt").error(), HasSubstr("longer than"));
}

TEST_F(Authority, ACertificateNeverOutlivesItsIssuer) {
  const auto issuer = certify(
      {.common_name = "ca", .organization = "x", .unit = "", .days = 2, .extensions = {}}, nullptr);
  ASSERT_TRUE(issuer);
  const auto made = certify(
      {.common_name = "p", .organization = "x", .unit = "", .days = 9, .extensions = {}}, &*issuer);
  ASSERT_TRUE(made);
  EXPECT_EQ(not_after_s(*made->certificate), not_after_s(*issuer->certificate));
}

TEST_F(Authority, IdentityNeedsOnePersonAndOneDuty) {
  struct Row {
    std::string person;
    std::string unit;
    std::string error;
  };
  for (const Row& row : std::vector<Row>{{"aiko", "", "one organizational unit"},
                                         {"aiko", "root", "viewer, operator or approver"},
                                         {"", "viewer", "one common name"},
                                         {"a b", "viewer", "one common name"}}) {
    const auto made = certify({.common_name = row.person,
                               .organization = "x",
                               .unit = row.unit,
                               .days = 1,
                               .extensions = {}},
                              nullptr);
    ASSERT_TRUE(made);
    const auto identity = identity_of(*made->certificate);
    ASSERT_FALSE(identity);
    EXPECT_THAT(identity.error(), HasSubstr(row.error));
  }
  const auto twice = certify(
      {.common_name = "a", .organization = "x", .unit = "viewer", .days = 1, .extensions = {}},
      nullptr);
  ASSERT_TRUE(twice);
  const std::string unit = "approver";
  X509_NAME_add_entry_by_txt(X509_get_subject_name(twice->certificate.get()), "OU", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(unit.data()), -1, -1, 0);
  EXPECT_FALSE(identity_of(*twice->certificate));
}

TEST_F(Authority, RevokesAndListsPersons) {
  make();
  ASSERT_TRUE(make_person_certificate(files_, "aiko", Duty::approver));
  ASSERT_TRUE(make_person_certificate(files_, "ben", Duty::viewer));
  auto persons = list_persons(files_);
  ASSERT_TRUE(persons) << persons.error();
  ASSERT_EQ(persons->size(), 2U);
  EXPECT_EQ(persons->front().identity.person, "aiko");
  EXPECT_FALSE(persons->front().revoked);

  const auto serial = revoke_person(files_, "aiko");
  ASSERT_TRUE(serial) << serial.error();
  EXPECT_EQ(*serial, persons->front().identity.serial);
  EXPECT_EQ(list_persons(files_)->size(), 1U);
  EXPECT_FALSE(revoke_person(files_, "aiko"));
  EXPECT_FALSE(revoke_person(files_, "../ca"));
  EXPECT_TRUE(make_person_certificate(files_, "aiko", Duty::viewer));
}

}  // namespace
}  // namespace sekimori
