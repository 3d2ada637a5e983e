// resp: replies of Redis as the text that it sends, read by hiredis as from a socket; and commands as words.
#pragma once

#include <hiredis.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "store/redis/connection.hpp"

namespace worker::support::resp {

inline const std::string nil = "$-1\r\n";
inline const std::string nil_array = "*-1\r\n";
inline std::string integer(std::int64_t number) { return ":" + std::to_string(number) + "\r\n"; }
inline std::string bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}
inline std::string error(const std::string& text) { return "-" + text + "\r\n"; }
inline std::string array(const std::vector<std::string>& elements) {
  auto text = "*" + std::to_string(elements.size()) + "\r\n";
  for (const auto& each : elements) text += each;
  return text;
}
/// Of bulk strings.
inline std::string strings(const std::vector<std::string>& words) {
  std::vector<std::string> elements;
  elements.reserve(words.size());
  for (const auto& word : words) elements.push_back(bulk(word));
  return array(elements);
}

using Reply = store::RedisConnection::Reply;

/// Null while the text is not a whole reply. Throws for what hiredis refuses.
inline Reply parse(std::string_view text) {
  const std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader(redisReaderCreate(), redisReaderFree);
  void* reply = nullptr;
  if (redisReaderFeed(reader.get(), text.data(), text.size()) != REDIS_OK ||
      redisReaderGetReply(reader.get(), &reply) != REDIS_OK) {
    throw std::runtime_error(static_cast<const char*>(reader->errstr));
  }
  return Reply(static_cast<redisReply*>(reply));
}

/// The words of a command; of scripts only `script`.
inline std::vector<std::string> words(const std::string& command) {
  const auto parsed = parse(command);
  if (!parsed || parsed->type != REDIS_REPLY_ARRAY) throw std::runtime_error("no command");
  std::vector<std::string> all;
  for (std::size_t i = 0; i < parsed->elements; ++i) {
    const std::string word(parsed->element[i]->str, parsed->element[i]->len);
    all.push_back(i == 1 && all[0].starts_with("EVAL") ? "script" : word);
  }
  return all;
}
inline std::string text(const std::string& command) {
  std::string text;
  for (const auto& word : words(command)) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace worker::support::resp
