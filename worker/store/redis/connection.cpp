#include "store/redis/connection.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <utility>

#include "store/redis/command.hpp"

namespace worker::store {
namespace {

timeval timeval_of(std::chrono::milliseconds time) {
  return {time.count() / 1000, (time.count() % 1000) * 1000};
}

}  // namespace

std::string text_of(const RedisAddress& address) {
  if (!address.path.empty()) return address.path;
  const bool bare = address.host.find(':') == std::string::npos;
  return fmt::format("{}{}{}:{}", bare ? "" : "[", address.host, bare ? "" : "]", address.port);
}

RedisConnection::RedisConnection(const RedisAddress& address, const std::string& password) {
  const auto limit = timeval_of(timeout);
  context_.reset(address.path.empty() ? redisConnectWithTimeout(address.host.c_str(), address.port, limit)
                                      : redisConnectUnixWithTimeout(address.path.c_str(), limit));
  if (!context_) throw std::bad_alloc();
  if (context_->err != 0) throw_broken();
  set_timeout(timeout);
  if (address.path.empty()) redisEnableKeepAlive(context_.get());
  if (!password.empty()) ask({"AUTH", password});
  if (address.database != 0) ask({"SELECT", std::to_string(address.database)});
  process_id_ = read_process_id();
}

std::string RedisConnection::read_process_id() try {
  const auto reply = ask({"INFO", "server"});
  if (reply->type != REDIS_REPLY_STRING) return {};
  const std::string_view text(reply->str, reply->len);
  constexpr std::string_view key = "run_id:";
  const auto at = text.find(key);
  if (at == std::string_view::npos) return {};
  const auto value = text.substr(at + key.size());
  return std::string(value.substr(0, value.find_first_of("\r\n")));
} catch (const RedisError& error) {
  // The user may lack the permission for INFO.
  if (std::string_view(error.what()).find("NOPERM") == std::string_view::npos) throw;
  return {};
}

void RedisConnection::set_timeout(std::chrono::milliseconds time) {
  if (time == std::exchange(timeout_, time)) return;
  redisSetTimeout(context_.get(), timeval_of(time));
}

RedisConnection::Reply RedisConnection::ask(std::initializer_list<std::string_view> words) {
  send(redis_command(words));
  auto reply = receive();
  if (reply->type == REDIS_REPLY_ERROR) throw unexpected_reply(*words.begin(), *reply);
  return reply;
}

void RedisConnection::send(std::string_view command) {
  if (redisAppendFormattedCommand(context_.get(), command.data(), command.size()) != REDIS_OK) throw_broken();
  ++replies_due_;
  for (int done = 0; done == 0;) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) throw_broken();
  }
}

RedisConnection::Reply RedisConnection::receive(std::chrono::milliseconds longer) {
  set_timeout(timeout + longer);
  void* got = nullptr;
  if (redisGetReply(context_.get(), &got) != REDIS_OK) throw_broken();
  --replies_due_;
  return Reply(static_cast<redisReply*>(got));
}

void RedisConnection::throw_broken() const {
  const bool late = context_->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK);
  throw RedisError(RedisError::Kind::broken, late ? fmt::format("no answer within {} ms", timeout_.count())
                                                  : std::string(static_cast<const char*>(context_->errstr)));
}

bool RedisConnection::is_stale() const {
  pollfd state{context_->fd, POLLIN, 0};
  return ::poll(&state, 1, 0) != 0;
}

void RedisConnection::interrupt() const { ::shutdown(context_->fd, SHUT_RDWR); }

}  // namespace worker::store
