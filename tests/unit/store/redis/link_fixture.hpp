// LinkFixture: a RedisLink to a ScriptedRedis, with the log lines that it wrote.
#pragma once

#include <spdlog/sinks/ostream_sink.h>

#include <chrono>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "store/redis/link.hpp"
#include "support/resp.hpp"
#include "unit/store/redis/scripted_redis.hpp"

namespace worker::store {

using Heard = std::vector<std::string>;

inline const std::string well_info = support::resp::bulk("# Server\r\nrun_id:abc\r\nport:0\r\n");

/// Replies to INFO, and `+COMMAND` to everything else.
inline std::optional<std::string> well(const std::string& command) {
  return command == "INFO server" ? well_info : "+" + command + "\r\n";
}
/// The same with `other` for the command GET.
inline ScriptedRedis::Script replying(std::optional<std::string> other) {
  return [other = std::move(other)](const auto& command) { return command == "GET" ? other : well(command); };
}

struct LinkFixture {
  RedisLink link(const RedisAddress& address, const std::string& password = {}) {
    return RedisLink(RedisSettings{.address = address, .password = password}, logger, base::Random(1));
  }
  RedisLink link(RedisSettings settings, const std::string& password = {}) {
    settings.password = password;
    return RedisLink(settings, logger, base::Random(1));
  }
  static RedisSettings of_cluster(std::vector<RedisAddress> nodes) {
    RedisSettings settings;
    settings.setup = RedisSettings::Setup::cluster;
    settings.seeds = std::move(nodes);
    return settings;
  }
  static std::string reply(RedisLink& link, std::vector<RedisCommand> commands,
                           std::chrono::milliseconds wait = {}) {
    const auto got = link.exchange({.commands = std::move(commands), .wait = wait});
    return {got->str, got->len};
  }
  static std::string get(RedisLink& link) { return reply(link, {redis_command({"GET"})}); }
  /// What `act` fails with, after the link was told: `broken: why` or `refused: why`.
  template <class Act>
  static std::string failure(RedisLink& link, const Act& act) {
    try {
      act();
    } catch (const RedisError& error) {
      link.on_failed(error);
      return (error.kind() == RedisError::Kind::broken ? "broken: " : "refused: ") +
             std::string(error.what());
    }
    return "none";
  }
  static std::string connect_failure(RedisLink& link) {
    return failure(link, [&] { link.connect(); });
  }
  static std::string get_failure(RedisLink& link) {
    return failure(link, [&] { get(link); });
  }
  /// The same, and waits for the reply as long as a busy machine may need to interrupt it.
  static std::string patient_get_failure(RedisLink& link) {
    return failure(link, [&] { reply(link, {redis_command({"GET"})}, std::chrono::seconds(60)); });
  }
  /// Log lines since the last call, as `level text`.
  std::string logged() { return std::exchange(lines, std::ostringstream()).str(); }

  std::ostringstream lines;
  base::Logger logger{"link", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines)};
};

}  // namespace worker::store
