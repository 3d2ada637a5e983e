#include "peer.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "hub.hpp"
#include "publishing.hpp"

namespace sse::floor {
namespace {

constexpr std::string_view stream_head =
    "Content-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache, no-transform\r\n"
    "X-Accel-Buffering: no\r\n\r\n: ok\n\nretry: 3000\n\n";

}  // namespace

Peer::Peer(int epoll, int fd, Hub& hub)
    : epoll_(epoll), fd_(fd), hub_(hub), decoder_(std::make_unique<RequestDecoder>()) {
  watch(EPOLL_CTL_ADD, EPOLLIN);
}

Peer::~Peer() {
  close(fd_);
  if (cohort_ == nullptr) return;
  // The last one takes its place.
  cohort_->peers.back()->place_ = place_;
  cohort_->peers[place_] = cohort_->peers.back();
  cohort_->peers.pop_back();
}

bool Peer::on_ready(unsigned events, std::span<char> buffer) {
  if ((events & EPOLLOUT) != 0 && !send_unsent()) return false;
  return (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0 || receive(buffer);
}

bool Peer::receive(std::span<char> buffer) {
  const auto count = recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) return false;
  if (!decoder_ || !decoder_->feed({buffer.data(), static_cast<std::size_t>(count)})) return true;
  return answer(decoder_->request());
}

bool Peer::answer(const Request& request) {
  if (request.path == "/events") {
    become_stream(request.query);
    return true;
  }
  Records records;
  if (request.path == "/publish") {
    records.append("Content-Type: application/json\r\nCache-Control: no-store\r\n\r\n");
    records.append(publish(request.body, hub_));
  } else {
    records.append(request.path == "/healthz" ? "Status: 200 OK\r\n\r\n" : "Status: 404 Not Found\r\n\r\n");
  }
  std::string out(records.bytes());
  append_end(out);
  ends_when_sent_ = !request.keep_connection;
  decoder_->reset();
  send(out);
  return !ends_when_sent_ || !unsent_.empty();
}

void Peer::become_stream(const std::string& query) {
  Cohort& cohort = hub_.cohort(query);
  decoder_.reset();  // and the query with it
  // Whatever is pending for the others was published before this reader came.
  hub_.flush();
  Records head;
  head.append(stream_head);
  send(head.bytes());
  cohort_ = &cohort;
  place_ = cohort_->peers.size();
  cohort_->peers.push_back(this);
}

void Peer::send(std::string_view bytes) {
  if (unsent_.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes.size())) return;
    if (sent < 0 && errno != EAGAIN) return;  // it has gone, which epoll tells
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    watch(EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  }
  unsent_ += bytes;
}

bool Peer::send_unsent() {
  std::string rest;
  rest.swap(unsent_);
  watch(EPOLL_CTL_MOD, EPOLLIN);
  send(rest);
  return !ends_when_sent_ || !unsent_.empty();
}

void Peer::watch(int operation, unsigned events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = this;
  epoll_ctl(epoll_, operation, fd_, &event);
}

}  // namespace sse::floor
