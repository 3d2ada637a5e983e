// RedisServer: a real redis-server of a test's own, on a Unix socket in a folder of its own; nothing of it is
// left when it goes.
#pragma once

#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/redis/connection.hpp"
#include "support/eventually.hpp"
#include "support/temp_folder.hpp"

namespace worker::support {

class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> options = {}) : options_(std::move(options)) { start(); }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer() { stop(); }

  /// One for all tests of a program that do not harm it.
  static RedisServer& shared() {
    static RedisServer server;
    return server;
  }

  store::RedisAddress address() const { return {.path = folder_.path("redis.sock")}; }
  store::RedisSettings settings() const {
    store::RedisSettings settings;
    settings.address = address();
    settings.password = password;
    return settings;
  }
  pid_t pid() const { return pid_; }

  void start() {
    std::vector<std::string> words{
        "redis-server", "--port", "0", "--unixsocket", folder_.path("redis.sock"), "--dir",
        folder_.path(), "--save", "",  "--logfile",    folder_.path("redis.log")};
    words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (::posix_spawnp(&pid_, "redis-server", nullptr, nullptr, argv.data(), environ) != 0)
      throw std::runtime_error("redis-server cannot be started; `make test` installs it");
    std::string error;
    const auto answers = [&] {
      try {
        ask({"PING"});
        return true;
      } catch (const store::RedisError& failure) {
        error = failure.what();
        return false;
      }
    };
    if (!eventually(answers)) throw std::runtime_error("redis-server does not answer: " + error);
  }
  void stop() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  void signal(int number) const { ::kill(pid_, number); }

  store::RedisConnection::Reply ask(std::initializer_list<std::string_view> words) const {
    return store::RedisConnection(settings()).ask(words);
  }

  std::string password;

 private:
  TempFolder folder_;
  const std::vector<std::string> options_;
  pid_t pid_ = 0;
};

}  // namespace worker::support
