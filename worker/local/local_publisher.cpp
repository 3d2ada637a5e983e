#include "local/local_publisher.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "api/publish/answer_lines.hpp"
#include "api/publish/stream_parameters.hpp"
#include "http/query.hpp"
#include "metrics/limits.hpp"

namespace worker::local {
namespace {

// Bytes that are read in one turn, which is about a millisecond of work.
constexpr std::size_t read_bytes = 32'768;
// A first line that is longer is an event.
constexpr std::size_t defaults_bytes_max = 65'536;
// How long a peer whose answers are over may take to close.
constexpr std::chrono::seconds discarding_max{2};
constexpr std::string_view defaults_beginning = R"({"defaults":)";

// The peer has closed the connection, and not only its side.
bool is_gone(int socket) {
  pollfd state{.fd = socket, .events = 0, .revents = 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

// The members of {"defaults":{…}} as they stand in an address; none where the line is no such object.
std::optional<http::Query> members_of(std::string_view line) {
  const auto json = nlohmann::ordered_json::parse(line, nullptr, false);
  if (!json.is_object() || json.size() != 1 || !json.front().is_object()) return std::nullopt;
  http::Query members;
  for (const auto& [name, value] : json.front().items()) {
    const auto add = [&, &key = name](const auto& each) {
      members.add(key, each.is_string() ? each.template get<std::string>() : each.dump());
    };
    if (value.is_array()) {
      for (const auto& each : value) add(each);
    } else if (value.is_boolean()) {
      members.add(name, value.template get<bool>() ? "1" : "0");
    } else {
      add(value);
    }
  }
  return members;
}

}  // namespace

LocalPublisher::LocalPublisher(LocalContext& context, base::UniqueFd socket,
                               std::unique_ptr<api::PublishPlaces::Place> place)
    : context_(context), socket_(std::move(socket)), place_(std::move(place)) {}

LocalPublisher::~LocalPublisher() { close(); }

bool LocalPublisher::begin() {
  return context_.publish.loop.poller().add(socket_.get(), *this, net::Poller::Trigger::edge);
}

void LocalPublisher::close() {
  if (!socket_) return;
  context_.publish.loop.poller().remove(socket_.get(), *this);
  if (stream_) stream_->leave();
  backlog_.reset();
  discarding_.reset();
  socket_.reset();
  context_.on_closed(*this);
}

// --- in ---

void LocalPublisher::on_ready(Ready ready) {
  if (ready.writable && backlog_) flush();
  if (ready.readable && socket_) receive(ready.hung_up);
}

void LocalPublisher::receive(bool hung_up) {
  if (finishing_ ? !discarding_ : held_) return;
  auto& buffer = context_.received;
  buffer.resize(read_bytes);
  const auto size = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
  if (size < 0 && errno != EINTR) return close();
  if (size == 0) return finishing_ ? close() : on_end();
  if (size > 0 && !finishing_) take({buffer.data(), static_cast<std::size_t>(size)});
  // A read that brought less than it could has emptied the socket. But the edge of an end has come already.
  const bool emptied = size >= 0 && static_cast<std::size_t>(size) < read_bytes;
  if (socket_ && !held_ && (!emptied || hung_up))
    context_.publish.loop.poller().again(socket_.get(), *this, backlog_ != nullptr);
}

void LocalPublisher::take(std::string_view bytes) {
  if (stream_) return stream_->take(bytes);
  first_ += bytes;
  const auto shared = std::min(first_.size(), defaults_beginning.size());
  const bool may_be_defaults =
      std::string_view(first_).substr(0, shared) == defaults_beginning.substr(0, shared);
  const auto end = first_.find('\n');
  if (may_be_defaults && end == std::string::npos && first_.size() <= defaults_bytes_max) return;
  begin_stream(std::string_view(first_).substr(0, std::min(end, first_.size())),
               may_be_defaults && end != std::string::npos);
}

// `is_complete`: the first line is complete, and may hold the defaults.
void LocalPublisher::begin_stream(std::string_view first_line, bool is_complete) {
  api::StreamParameters parameters;
  parameters.answers = api::StreamParameters::Answers::all;
  std::string_view rest = first_;
  if (const auto members = is_complete ? members_of(first_line) : std::nullopt) {
    auto given = api::stream_parameters(*members, context_.publish.settings);
    if (!given) return refuse("defaults: " + given.error());
    parameters = std::move(given).value();
    rest.remove_prefix(std::min(first_line.size() + 1, rest.size()));
  }
  stream_ =
      std::make_shared<api::PublishStream>(context_.publish, *this, api::Identity{}, std::move(parameters));
  stream_->begin(std::nullopt);
  const auto kept = std::exchange(first_, {});
  stream_->take(std::string_view(kept).substr(kept.size() - rest.size()));
}

void LocalPublisher::on_end() {
  if (is_gone(socket_.get())) return close();
  has_ended_ = true;
  if (!stream_ && !first_.empty()) begin_stream(first_, true);
  if (!stream_) return close();
  stream_->end(true);
}

void LocalPublisher::refuse(const std::string& why) {
  std::string line;
  api::append_answer_line(line, "error", why);
  finish(line);
}

void LocalPublisher::drain(std::chrono::milliseconds retry) {
  if (stream_) return stream_->drain(retry);
  if (!finishing_) close();
}

// --- out ---

void LocalPublisher::write(std::string_view lines) {
  if (!socket_) return;
  std::ptrdiff_t sent = 0;
  if (!backlog_) sent = net::send_some(socket_.get(), lines.data(), lines.size());
  // A peer that is gone is noticed when its socket is read.
  if (sent < 0) return;
  lines.remove_prefix(static_cast<std::size_t>(sent));
  if (lines.empty()) return;
  if (!backlog_) {
    backlog_ = std::make_unique<Backlog>(socket_.get(), [this] {
      context_.publish.metrics.limits.count(metrics::Limit::stall);
      close();
    });
    context_.publish.loop.poller().want_writable(socket_.get(), *this, true);
    context_.stall_watch.watch(backlog_->watched);
  }
  backlog_->outbox.push(std::make_shared<const std::string>(lines));
}

void LocalPublisher::finish(std::string_view last_lines) {
  finishing_ = true;
  held_ = false;
  if (!last_lines.empty()) write(last_lines);
  if (!backlog_) wait_for_peer();
}

// All answers are sent.
void LocalPublisher::wait_for_peer() {
  if (!socket_ || has_ended_) return close();
  auto& loop = context_.publish.loop;
  discarding_ = std::make_unique<net::Timer>(loop.timers(), [this] { close(); });
  discarding_->arm_in(discarding_max);
  ::shutdown(socket_.get(), SHUT_WR);
  loop.poller().again(socket_.get(), *this, false);
}

void LocalPublisher::resume() {
  held_ = false;
  if (socket_) context_.publish.loop.poller().again(socket_.get(), *this, backlog_ != nullptr);
}

void LocalPublisher::flush() {
  const auto waiting = backlog_->outbox.size_bytes();
  switch (backlog_->outbox.flush(socket_.get())) {
    case net::Outbox::Flushed::blocked:
      if (backlog_->outbox.size_bytes() < waiting) context_.stall_watch.watch(backlog_->watched);
      return;
    case net::Outbox::Flushed::broken:
      return close();
    case net::Outbox::Flushed::all:
      break;
  }
  backlog_.reset();
  context_.publish.loop.poller().want_writable(socket_.get(), *this, false);
  if (finishing_) return wait_for_peer();
  if (stream_) stream_->on_ready();
}

}  // namespace worker::local
