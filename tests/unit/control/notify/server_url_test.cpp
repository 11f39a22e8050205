#include "control/notify/server_url.hpp"

#include <gtest/gtest.h>

#include "control/notify/syslog_attempt.hpp"

namespace sekimori {
namespace {

TEST(ServerUrl, OriginsHaveTheirPorts) {
  struct Case {
    const char* url;
    const char* origin;
  };
  for (const Case& c : {
           Case{"http://example.com/a?b", "http://example.com:80"},
           Case{"https://example.com", "https://example.com:443"},
           Case{"https://[2001:db8::1]:8443/x", "https://2001:db8::1:8443"},
           Case{"smtp://mail.example.com", "smtp://mail.example.com:25"},
           Case{"smtps://mail.example.com", "smtps://mail.example.com:465"},
           Case{"udp://192.0.2.1", "udp://192.0.2.1:514"},
           Case{"tcp://192.0.2.1:6514", "tcp://192.0.2.1:6514"},
       }) {
    EXPECT_EQ(origin_of(c.url), c.origin);
  }
}

TEST(ServerUrl, RefusesWhatNamesNoServer) {
  for (const char* url : {"", "http://", "gopher://example.com", "http://example.com:0",
                          "http://example.com:70000", "not a url"}) {
    EXPECT_FALSE(parse_server_url(url)) << url;
    EXPECT_EQ(origin_of(url), url);
  }
}

TEST(ServerUrl, SyslogServersAreAddresses) {
  EXPECT_TRUE(parse_syslog_url("udp://192.0.2.1:514"));
  EXPECT_TRUE(parse_syslog_url("tcp://[2001:db8::1]:601"));
  EXPECT_FALSE(parse_syslog_url("udp://log.example.com:514"));
  EXPECT_FALSE(parse_syslog_url("http://192.0.2.1:514"));
}

}  // namespace
}  // namespace sekimori
