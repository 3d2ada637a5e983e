#include "store/redis/command.hpp"

#include <array>
#include <charconv>

namespace worker::store {
namespace {

void append_header(RedisCommand& command, char kind, std::size_t number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  command += kind;
  command.append(digits.data(), end);
  command += "\r\n";
}

}  // namespace

RedisCommand redis_command(std::span<const std::string_view> words) {
  constexpr std::size_t header_bytes_max = 24;
  std::size_t bytes = header_bytes_max;
  for (const auto& word : words) bytes += word.size() + header_bytes_max;
  RedisCommand command;
  command.reserve(bytes);
  append_header(command, '*', words.size());
  for (const auto& word : words) {
    append_header(command, '$', word.size());
    command += word;
    command += "\r\n";
  }
  return command;
}

}  // namespace worker::store
