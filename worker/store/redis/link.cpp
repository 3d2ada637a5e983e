#include "store/redis/link.hpp"

#include <fmt/format.h>

#include <utility>

namespace worker::store {
namespace {

using namespace std::chrono_literals;

constexpr Health::Pauses retry_pauses{.first = 50ms, .longest = 2s};

// While a Cluster moves a slot, its nodes may send a command to and fro. So long it waits for the end of
// that.
constexpr int redirects_max = 40;
constexpr auto redirect_pause = 50ms;

}  // namespace

RedisLink::RedisLink(const RedisSettings& settings, base::Logger& logger, const base::Random& jitter)
    : health_("redis", logger, retry_pauses, jitter), settings_(settings) {}

bool RedisLink::is_connected() const {
  const std::lock_guard lock(mutex_);
  return connection_ && !is_outdated_;
}

void RedisLink::connect() {
  RedisSettings settings;
  {
    const std::lock_guard lock(mutex_);
    if (connection_ && !is_outdated_) return;
    connection_.reset();
    if (is_outdated_) locator_ = {};
    is_outdated_ = false;
    settings = settings_;
  }
  is_of_cluster_ = settings.setup == RedisSettings::Setup::cluster;
  auto made = locator_.connect(settings);
  const std::lock_guard lock(mutex_);
  connection_ = std::move(made);
}

void RedisLink::drop_stale() {
  const std::lock_guard lock(mutex_);
  if (connection_ && connection_->is_stale()) connection_.reset();
}

RedisConnection::Reply RedisLink::exchange(RedisAction action) {
  for (const auto& command : action.commands) connection_->send(command);
  RedisCommand first;
  // Redis has them, and they may be large. A node of a Cluster may refuse this one.
  if (is_of_cluster_ && !action.commands.empty()) first = std::move(action.commands.front());
  action.commands = {};
  auto reply = connection_->receive(action.wait);
  if (!is_of_cluster_) return reply;
  if (const auto redirect = redirect_of(*reply, connection_->address())) {
    reply = redirected(*redirect, first, action.wait);
    // The caller begins again, and must not get the replies to the other commands.
    if (!reply) drop_with_replies();
    return reply;
  }
  redirects_ = 0;
  return reply;
}

void RedisLink::drop_with_replies() {
  const std::lock_guard lock(mutex_);
  if (connection_ && connection_->replies_due() > 0) connection_.reset();
}

RedisConnection::Reply RedisLink::redirected(const RedisRedirect& redirect, const RedisCommand& command,
                                             std::chrono::milliseconds wait) {
  using Kind = RedisRedirect::Kind;
  if (++redirects_ > redirects_max) {
    redirects_ = 0;
    throw RedisError(
        RedisError::Kind::refused,
        "the Cluster moves the slot of the keys to another node; the worker waits for the end of that");
  }
  if (redirect.kind == Kind::ask && !command.empty()) {
    if (auto reply = ask(redirect.address, command, wait)) return reply;
  }
  // The first move is followed at once.
  if (redirect.kind != Kind::moved || redirects_ > 1) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, redirect_pause, [&] { return closing_ || is_outdated_; });
  }
  if (redirect.kind == Kind::moved) {
    locator_.set_hint(redirect.address);
    {
      const std::lock_guard lock(mutex_);
      connection_.reset();
    }
    connect();
  }
  return nullptr;
}

// Null: that node did not execute it, either.
RedisConnection::Reply RedisLink::ask(const RedisAddress& address, const RedisCommand& command,
                                      std::chrono::milliseconds wait) {
  auto made = std::make_unique<RedisConnection>(settings_at(settings(), address));
  auto& asked = *made;
  {
    const std::lock_guard lock(mutex_);
    asked_ = std::move(made);
  }
  asked.ask({"ASKING"});
  asked.send(command);
  auto reply = asked.receive(wait);
  const std::lock_guard lock(mutex_);
  asked_.reset();
  if (redirect_of(*reply, address)) return nullptr;
  redirects_ = 0;
  return reply;
}

void RedisLink::on_failed(const RedisError& error) {
  const std::lock_guard lock(mutex_);
  // close() or set() caused the error, not Redis.
  if (closing_ || is_outdated_) {
    connection_.reset();
    return;
  }
  const bool is_found = connection_ || settings_.setup == RedisSettings::Setup::single;
  const auto place = (is_found ? "Redis at " : "") + place_locked();
  asked_.reset();
  // Replies that are still due would be taken for those to later commands.
  const bool replies_are_due = connection_ && connection_->replies_due() > 0;
  if (error.kind() == RedisError::Kind::broken || replies_are_due) connection_.reset();
  health_.on_failed(fmt::format("{}: {}", place, error.what()));
}

void RedisLink::on_recovered() {
  if (!health_.healthy()) health_.on_recovered(fmt::format("address={}", place()));
}

bool RedisLink::pause() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, health_.retry_pause(), [&] { return closing_ || is_outdated_; });
  return !closing_;
}

std::optional<std::chrono::milliseconds> RedisLink::retry_pause() {
  if (health_.healthy()) return std::nullopt;
  return health_.retry_pause();
}

RedisSettings RedisLink::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

std::size_t RedisLink::replicas() const {
  const std::lock_guard lock(mutex_);
  return settings_.replicas;
}

std::optional<RedisAddress> RedisLink::connected_address() const {
  const std::lock_guard lock(mutex_);
  if (!connection_ || is_outdated_) return std::nullopt;
  return connection_->address();
}

std::string RedisLink::place() const {
  const std::lock_guard lock(mutex_);
  return place_locked();
}

std::string RedisLink::place_locked() const {
  return connection_ ? text_of(connection_->address()) : text_of(settings_);
}

void RedisLink::set(const RedisSettings& settings) {
  const std::lock_guard lock(mutex_);
  settings_ = settings;
  is_outdated_ = true;
  changed_.notify_all();
}

void RedisLink::interrupt() {
  const std::lock_guard lock(mutex_);
  if (connection_) connection_->interrupt();
  if (asked_) asked_->interrupt();
}

void RedisLink::look_again() {
  {
    const std::lock_guard lock(mutex_);
    is_outdated_ = true;
    changed_.notify_all();
  }
  interrupt();
}

void RedisLink::close() {
  const std::lock_guard lock(mutex_);
  closing_ = true;
  changed_.notify_all();
}

}  // namespace worker::store
