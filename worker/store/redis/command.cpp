#include "store/redis/command.hpp"

namespace worker::store {

RedisCommand redis_command(std::span<const std::string_view> words) {
  constexpr std::size_t header_bytes_max = 24;
  const auto header = [](const char* kind, std::size_t number) {
    return kind + std::to_string(number) + "\r\n";
  };
  std::size_t bytes = header_bytes_max;
  for (const auto& word : words) bytes += word.size() + header_bytes_max;
  RedisCommand command;
  command.reserve(bytes);
  command += header("*", words.size());
  for (const auto& word : words) (command += header("$", word.size())).append(word).append("\r\n");
  return command;
}

}  // namespace worker::store
