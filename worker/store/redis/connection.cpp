#include "store/redis/connection.hpp"

#include <fmt/format.h>

#include <array>
#include <new>

#include "store/redis/command.hpp"

namespace worker::store {
namespace {

// Replies with a part of the history are large.
constexpr std::size_t read_bytes = 65'536;

}  // namespace

std::string text_of(const RedisAddress& address) {
  if (!address.path.empty()) return address.path;
  const bool bare = address.host.find(':') == std::string::npos;
  return fmt::format("{}{}{}:{}", bare ? "" : "[", address.host, bare ? "" : "]", address.port);
}

std::string text_of(const RedisSettings& settings) {
  if (settings.setup == RedisSettings::Setup::single) return text_of(settings.address);
  std::string seeds;
  for (const auto& seed : settings.seeds) seeds += (seeds.empty() ? "" : ", ") + text_of(seed);
  if (settings.setup == RedisSettings::Setup::cluster) return "the Cluster of " + seeds;
  return fmt::format("{} of the Sentinels {}", settings.primary, seeds);
}

RedisConnection::RedisConnection(const RedisSettings& settings, std::chrono::milliseconds step)
    : address_(settings.address), step_(step), socket_(settings, step), reader_(redisReaderCreate()) {
  if (!reader_) throw std::bad_alloc();
  if (!settings.user.empty()) {
    ask({"AUTH", settings.user, settings.password});
  } else if (!settings.password.empty()) {
    ask({"AUTH", settings.password});
  }
  if (settings.address.database != 0) ask({"SELECT", std::to_string(settings.address.database)});
  process_id_ = info("server", "run_id");
  step_ = timeout;
}

std::string RedisConnection::info(std::string_view section, std::string_view field) try {
  const auto reply = ask({"INFO", section});
  if (reply->type != REDIS_REPLY_STRING) return {};
  const std::string_view text(reply->str, reply->len);
  const auto key = fmt::format("\n{}:", field);  // no section begins with a field
  const auto at = text.find(key);
  if (at == std::string_view::npos) return {};
  const auto value = text.substr(at + key.size());
  return std::string(value.substr(0, value.find_first_of("\r\n")));
} catch (const RedisError& error) {
  // The user may lack the permission for INFO.
  if (std::string_view(error.what()).find("NOPERM") == std::string_view::npos) throw;
  return {};
}

RedisConnection::Reply RedisConnection::ask(std::initializer_list<std::string_view> words) {
  send(redis_command(words));
  auto reply = receive();
  if (reply->type == REDIS_REPLY_ERROR) throw unexpected_reply(*words.begin(), *reply);
  return reply;
}

void RedisConnection::send(std::string_view command) {
  ++replies_due_;
  socket_.send(command, step_);
}

RedisConnection::Reply RedisConnection::receive(std::chrono::milliseconds longer) {
  std::array<char, read_bytes> buffer;
  while (true) {
    void* got = nullptr;
    if (redisReaderGetReply(reader_.get(), &got) != REDIS_OK)
      throw RedisError(RedisError::Kind::broken, static_cast<const char*>(reader_->errstr));
    if (got != nullptr) {
      --replies_due_;
      return Reply(static_cast<redisReply*>(got));
    }
    const auto size = socket_.receive(buffer, step_ + longer);
    if (redisReaderFeed(reader_.get(), buffer.data(), size) != REDIS_OK) throw std::bad_alloc();
  }
}

}  // namespace worker::store
