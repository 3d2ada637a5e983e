#include "store/redis/connection.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

namespace worker::store {
namespace {

timeval timeval_of(std::chrono::milliseconds time) {
  return {time.count() / 1000, (time.count() % 1000) * 1000};
}

// What to change, for those errors of Redis that do not say so themselves.
std::string_view advice(std::string_view error) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> known{{
      {"OOM", "; raise its maxmemory, or lower history.bytes_max"},
      {"READONLY", "; it is a replica: store.url must name the primary"},
      {"NOAUTH", " Set store.password"},
      {"WRONGPASS", "; check store.password"},
      {"NOPERM", "; its user needs EVAL and the keys of store.namespace"},
      {"WRONGTYPE", "; other data has the keys of store.namespace: choose another namespace"},
  }};
  for (const auto& [code, text] : known) {
    if (error.find(code) < 16) return text;
  }
  return {};
}

}  // namespace

std::string text_of(const RedisAddress& address) {
  if (!address.path.empty()) return address.path;
  const bool bare = address.host.find(':') == std::string::npos;
  return fmt::format("{}{}{}:{}", bare ? "" : "[", address.host, bare ? "" : "]", address.port);
}

RedisConnection::RedisConnection(const RedisAddress& address, const std::string& password)
    : address_(address) {
  const auto limit = timeval_of(patience);
  context_.reset(address.path.empty() ? redisConnectWithTimeout(address.host.c_str(), address.port, limit)
                                      : redisConnectUnixWithTimeout(address.path.c_str(), limit));
  if (!context_) throw std::bad_alloc();
  if (context_->err != 0) broken();
  set_patience(patience);
  if (address.path.empty()) redisEnableKeepAlive(context_.get());
  if (!password.empty()) ask({"AUTH", password});
  if (address.database != 0) ask({"SELECT", std::to_string(address.database)});
  run_ = ask_run();
}

std::string RedisConnection::ask_run() try {
  const auto reply = ask({"INFO", "server"});
  if (reply->type != REDIS_REPLY_STRING) return {};
  const std::string_view text(reply->str, reply->len);
  constexpr std::string_view key = "run_id:";
  const auto at = text.find(key);
  if (at == std::string_view::npos) return {};
  const auto value = text.substr(at + key.size());
  return std::string(value.substr(0, value.find_first_of("\r\n")));
} catch (const RedisError& error) {
  // Its user may not be allowed to ask.
  if (std::string_view(error.what()).find("NOPERM") == std::string_view::npos) throw;
  return {};
}

void RedisConnection::set_patience(std::chrono::milliseconds time) {
  if (time == std::exchange(patience_, time)) return;
  redisSetTimeout(context_.get(), timeval_of(time));
}

RedisConnection::Reply RedisConnection::ask(std::span<const std::string_view> words,
                                            std::chrono::milliseconds longer) {
  send(words);
  return answer(longer);
}

void RedisConnection::send(std::span<const std::string_view> words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  texts.reserve(words.size());
  sizes.reserve(words.size());
  for (const auto& word : words) {
    texts.push_back(word.data() != nullptr ? word.data() : "");
    sizes.push_back(word.size());
  }
  const auto count = static_cast<int>(words.size());
  if (redisAppendCommandArgv(context_.get(), count, texts.data(), sizes.data()) != REDIS_OK) broken();
  ++to_come_;
  for (int done = 0; done == 0;) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) broken();
  }
}

RedisConnection::Reply RedisConnection::answer(std::chrono::milliseconds longer) {
  set_patience(patience + longer);
  void* got = nullptr;
  if (redisGetReply(context_.get(), &got) != REDIS_OK) broken();
  Reply reply(static_cast<redisReply*>(got));
  --to_come_;
  if (reply->type != REDIS_REPLY_ERROR) return reply;
  const std::string_view error(reply->str, reply->len);
  // Nobody is left to take what else comes.
  const auto kind = to_come_ > 0 ? RedisError::Kind::broken : RedisError::Kind::refused;
  throw RedisError(kind, fmt::format("Redis at {}: {}{}", name(), error, advice(error)));
}

void RedisConnection::broken() const {
  const bool late = context_->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK);
  throw RedisError(RedisError::Kind::broken,
                   late ? fmt::format("Redis at {}: no answer within {} ms", name(), patience_.count())
                        : fmt::format("Redis at {}: {}", name(), static_cast<const char*>(context_->errstr)));
}

void RedisConnection::bad_answer(std::string_view to) const {
  throw RedisError(RedisError::Kind::broken, fmt::format("Redis at {}: unexpected reply to {}", name(), to));
}

bool RedisConnection::is_stale() const {
  pollfd state{context_->fd, POLLIN, 0};
  return ::poll(&state, 1, 0) != 0;
}

void RedisConnection::interrupt() const { ::shutdown(context_->fd, SHUT_RDWR); }

}  // namespace worker::store
