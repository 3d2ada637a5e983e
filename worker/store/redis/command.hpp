// RedisCommand: a command as the bytes that Redis reads. RedisAction: what RedisReader or RedisWriter wants
// from the connection next. Values.
#pragma once

#include <chrono>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace worker::store {

using RedisCommand = std::string;

RedisCommand redis_command(std::span<const std::string_view> words);
inline RedisCommand redis_command(std::initializer_list<std::string_view> words) {
  return redis_command(std::span(words));
}

struct RedisAction {
  /// To send now, in this order; none if the reply to an earlier one is still due.
  std::vector<RedisCommand> commands;
  /// How much longer than usual the next reply may take.
  std::chrono::milliseconds wait{0};
};

}  // namespace worker::store
