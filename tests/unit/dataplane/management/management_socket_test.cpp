#include "dataplane/management/management_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace sekimori {
namespace {

using testing::HasSubstr;

class Socket : public testing::Test {
 protected:
  Socket() { std::filesystem::create_directory(folder_); }
  ~Socket() override { std::filesystem::remove_all(folder_); }

  std::string folder_ = "/tmp/sekimori-socket-" + std::to_string(getpid());
  std::string path_ = folder_ + "/management";

  /// A socket that is connected to the path, or -1.
  int connected() const {
    const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(static_cast<void*>(address.sun_path), path_.data(), path_.size());
    if (connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
      return client;
    }
    close(client);
    return -1;
  }
};

struct stat status_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0);
  return status;
}

TEST_F(Socket, BelongsToItsOwnerAloneAndIsRemovedAtTheEnd) {
  {
    const auto socket = ManagementSocket::open(path_, std::nullopt);
    ASSERT_TRUE(socket.has_value()) << socket.error();
    const struct stat status = status_of(path_);
    EXPECT_TRUE(S_ISSOCK(status.st_mode));
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_EQ(status.st_uid, geteuid());
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Socket, KnowsWhoConnects) {
  const auto socket = ManagementSocket::open(path_, std::nullopt);
  ASSERT_TRUE(socket.has_value());
  EXPECT_FALSE(socket->accept());
  const int client = connected();
  ASSERT_GE(client, 0);
  const auto connection = socket->accept();
  ASSERT_TRUE(connection.has_value());
  EXPECT_TRUE(connection->allowed);
  EXPECT_EQ(connection->peer.user, geteuid());
  EXPECT_EQ(connection->peer.process, getpid());
  close(connection->descriptor);
  close(client);
}

TEST_F(Socket, IsGivenToItsUserAndTurnsOthersAway) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a socket away";
  const passwd* nobody = getpwnam("nobody");
  const passwd* other = getpwnam("daemon");
  ASSERT_TRUE(nobody != nullptr && other != nullptr);
  const uid_t nobody_id = getpwnam("nobody")->pw_uid;
  const uid_t other_id = getpwnam("daemon")->pw_uid;
  const auto socket = ManagementSocket::open(path_, "nobody");
  ASSERT_TRUE(socket.has_value()) << socket.error();
  EXPECT_EQ(status_of(path_).st_uid, nobody_id);
  EXPECT_EQ(socket->user_group(), getpwnam("nobody")->pw_gid);
  // As if an operator had given the file wider rights than it should have.
  ASSERT_EQ(chmod(path_.c_str(), 0666), 0);
  for (const uid_t user : {nobody_id, other_id}) {
    const pid_t child = fork();
    if (child == 0) _exit(setuid(user) == 0 && connected() >= 0 ? 0 : 1);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    const auto connection = socket->accept();
    ASSERT_TRUE(connection.has_value());
    EXPECT_EQ(connection->peer.user, user);
    EXPECT_EQ(connection->allowed, user == nobody_id);
    close(connection->descriptor);
  }
}

TEST_F(Socket, RefusesAUserThatIsNone) {
  EXPECT_EQ(ManagementSocket::open(path_, "no-such-user").error(),
            "--management-user: 'no-such-user' must be a user of this machine");
}

TEST_F(Socket, ReplacesWhatADeadProcessHasLeft) {
  const pid_t child = fork();
  if (child == 0) {
    const auto left = ManagementSocket::open(path_, std::nullopt);
    _exit(left.has_value() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_TRUE(std::filesystem::exists(path_));
  EXPECT_LT(connected(), 0);
  const auto socket = ManagementSocket::open(path_, std::nullopt);
  ASSERT_TRUE(socket.has_value()) << socket.error();
  const int client = connected();
  EXPECT_GE(client, 0);
  close(client);
}

TEST_F(Socket, RefusesAPlaceThatIsTaken) {
  const auto first = ManagementSocket::open(path_, std::nullopt);
  ASSERT_TRUE(first.has_value());
  EXPECT_THAT(ManagementSocket::open(path_, std::nullopt).error(),
              HasSubstr("management: another process listens there"));
  const std::string file = folder_ + "/file";
  std::ofstream{file} << "precious";
  EXPECT_THAT(ManagementSocket::open(file, std::nullopt).error(), HasSubstr("is no socket"));
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(Socket, RefusesPathsThatCannotBe) {
  EXPECT_THAT(ManagementSocket::open("", std::nullopt).error(), HasSubstr("1 to 107 bytes"));
  EXPECT_THAT(ManagementSocket::open(std::string(108, 'a'), std::nullopt).error(),
              HasSubstr("1 to 107 bytes"));
  EXPECT_THAT(ManagementSocket::open(folder_ + "/none/management", std::nullopt).error(),
              HasSubstr("No such file"));
}

}  // namespace
}  // namespace sekimori
