#include "pipe/http_connection.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "client/address.hpp"
#include "pipe/http_refusal.hpp"

namespace worker::pipe {
namespace {

constexpr long connect_seconds_max = 10;
// The worker begins its answer at once. Something that waits for the end of the body first never gets there.
constexpr std::chrono::seconds head_wait_max{30};
constexpr std::size_t refusal_bytes_max = 65'536;
constexpr auto answer_has_ended = "the answer has ended";

// A machine that has lost its power says nothing: this ends the connection to it after a minute or two.
int on_socket(void* /*self*/, curl_socket_t socket, curlsocktype /*purpose*/) {
  const unsigned milliseconds = 60'000;
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
  return CURL_SOCKOPT_OK;
}

// Whether another attempt would fail in the same way.
bool is_final(CURLcode result) {
  constexpr CURLcode all[] = {
      CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_ISSUER_ERROR,         CURLE_URL_MALFORMAT,      CURLE_UNSUPPORTED_PROTOCOL};
  return std::ranges::find(all, result) != std::end(all);
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  // Options of this version of libcurl fail for lack of memory only.
  if (::curl_easy_setopt(handle, option, value) != CURLE_OK) throw std::bad_alloc();
}

long status_of(CURL* handle) {
  long status = 0;
  ::curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::string_view content_type_of(CURL* handle) {
  const char* type = nullptr;
  ::curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type);
  return type == nullptr ? std::string_view() : std::string_view(type);
}

}  // namespace

HttpConnection::HttpConnection(const HttpTarget& target, bool apart, Unanswered& lines,
                               const base::Clock& clock)
    : lines_(lines), clock_(clock), multi_(::curl_multi_init()), easy_(::curl_easy_init()) {
  if (!multi_ || !easy_) throw std::bad_alloc();
  if (!apart) head_deadline_ = clock.now() + head_wait_max;
  set_up(target, client::with_parameters(target.url, {{"answers", apart ? "errors" : "all"}}));
  set_up_waiting();
  ::curl_multi_add_handle(multi_.get(), easy_.get());
}

HttpConnection::~HttpConnection() { ::curl_multi_remove_handle(multi_.get(), easy_.get()); }

void HttpConnection::set_up(const HttpTarget& target, const std::string& url) {
  const auto add_header = [this](const std::string& line) {
    auto* const longer = ::curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(headers_.release());  // it is the beginning of the longer one
    headers_.reset(longer);
  };
  add_header("Content-Type: application/x-ndjson");
  // The body begins before the answer in any case.
  add_header("Expect:");
  if (!target.key.empty()) add_header("Authorization: Bearer " + target.key);

  auto* const easy = easy_.get();
  set(easy, CURLOPT_URL, url.c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_POST, 1L);
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // those of a proxy
  set(easy, CURLOPT_HTTPHEADER, headers_.get());
  set(easy, CURLOPT_USERAGENT, "sse-worker-pipe/" SSE_WORKER_VERSION);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_ERRORBUFFER, error_.data());
  set(easy, CURLOPT_CONNECTTIMEOUT, connect_seconds_max);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_SOCKOPTFUNCTION, &on_socket);
  if (!target.trust_file.empty()) set(easy, CURLOPT_CAINFO, target.trust_file.c_str());

  set(easy, CURLOPT_READDATA, this);
  set(
      easy, CURLOPT_READFUNCTION, +[](char* to, std::size_t size, std::size_t count, void* self) {
        return static_cast<HttpConnection*>(self)->read(to, size * count);
      });
  set(easy, CURLOPT_HEADERDATA, this);
  set(
      easy, CURLOPT_HEADERFUNCTION, +[](const char* from, std::size_t size, std::size_t count, void* self) {
        static_cast<HttpConnection*>(self)->on_header({from, size * count});
        return size * count;
      });
  set(easy, CURLOPT_WRITEDATA, this);
  set(
      easy, CURLOPT_WRITEFUNCTION, +[](const char* from, std::size_t size, std::size_t count, void* self) {
        static_cast<HttpConnection*>(self)->write({from, size * count});
        return size * count;
      });
}

void HttpConnection::set_up_waiting() {
  auto* const multi = multi_.get();
  ::curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  ::curl_multi_setopt(
      multi, CURLMOPT_SOCKETFUNCTION,
      +[](CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* /*of_socket*/) {
        return static_cast<HttpConnection*>(self)->on_events(socket, what);
      });
  ::curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  ::curl_multi_setopt(
      multi, CURLMOPT_TIMERFUNCTION, +[](CURLM* /*multi*/, long milliseconds, void* self) {
        return static_cast<HttpConnection*>(self)->on_timer(milliseconds);
      });
}

// --- called by libcurl ---

std::size_t HttpConnection::read(char* to, std::size_t room) {
  const auto unsent = is_refused_ ? std::string_view() : lines_.unsent();
  const auto size = unsent.copy(to, room);
  if (size > 0) {
    lines_.mark_sent(size);
  } else if (!finishes_ && !is_refused_) {
    is_paused_ = true;
    return CURL_READFUNC_PAUSE;
  }
  return size;
}

void HttpConnection::on_header(std::string_view line) {
  const auto status = status_of(easy_.get());
  const bool is_complete = line == "\r\n" || line == "\n";
  if (!is_complete || status < 200) return;
  is_open_ = status == 200 && content_type_of(easy_.get()).starts_with("application/x-ndjson");
  is_refused_ = !is_open_;
}

void HttpConnection::write(std::string_view bytes) {
  if (is_open_) {
    received_ += bytes;
  } else {
    refusal_ += bytes.substr(0, refusal_bytes_max - refusal_.size());
  }
}

int HttpConnection::on_events(curl_socket_t socket, int what) {
  if (what == CURL_POLL_IN || what == CURL_POLL_OUT || what == CURL_POLL_INOUT) {
    events_[socket] = static_cast<short>(((what & CURL_POLL_IN) != 0 ? POLLIN : 0) |
                                         ((what & CURL_POLL_OUT) != 0 ? POLLOUT : 0));
  } else {
    events_.erase(socket);
  }
  return 0;
}

int HttpConnection::on_timer(long milliseconds) {
  timer_.reset();
  if (milliseconds >= 0) timer_ = clock_.now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

// --- called by the publisher ---

void HttpConnection::wait(std::span<pollfd> others, std::chrono::milliseconds timeout) {
  resume();
  std::vector<pollfd> all(others.begin(), others.end());
  for (const auto& [socket, events] : events_) all.push_back({socket, events, 0});
  if (::poll(all.data(), all.size(), static_cast<int>(wait_time(timeout).count())) < 0) return;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& [socket, events, revents] = all[i];
    if (i < others.size()) {
      others[i].revents = revents;
    } else if (revents != 0) {
      // Whoever reads learns why a connection has broken.
      act(socket, ((revents & ~POLLOUT) != 0 ? CURL_CSELECT_IN : 0) |
                      ((revents & POLLOUT) != 0 ? CURL_CSELECT_OUT : 0));
    }
  }
  if (timer_ && clock_.now() >= *timer_) {
    // It rings once; libcurl sets the next one.
    timer_.reset();
    act(CURL_SOCKET_TIMEOUT, 0);
  }
  look_at_ends();
}

bool HttpConnection::has_something_to_send() const {
  return finishes_ || is_refused_ || !lines_.unsent().empty();
}

void HttpConnection::resume() {
  if (!is_paused_ || !has_something_to_send()) return;
  is_paused_ = false;
  ::curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
  act(CURL_SOCKET_TIMEOUT, 0);
}

void HttpConnection::act(curl_socket_t socket, int events) {
  int running = 0;
  ::curl_multi_socket_action(multi_.get(), socket, events, &running);
}

std::chrono::milliseconds HttpConnection::wait_time(std::chrono::milliseconds timeout) const {
  const auto now = clock_.now();
  const auto until = [&](base::Instant when) {
    timeout = std::min(timeout, std::max(std::chrono::ceil<std::chrono::milliseconds>(when - now),
                                         std::chrono::milliseconds(0)));
  };
  if (timer_) until(*timer_);
  if (head_deadline_ && !is_open_) until(*head_deadline_);
  return timeout;
}

void HttpConnection::look_at_ends() {
  int others = 0;
  while (const auto* message = ::curl_multi_info_read(multi_.get(), &others)) {
    if (message->msg == CURLMSG_DONE) end(message->data.result);
  }
  if (ending_) return;
  const auto reads = [](const auto& each) { return (each.second & POLLIN) != 0; };
  if (is_open_ && std::ranges::none_of(events_, reads)) {
    // libcurl does not say so before it has sent the whole body, too.
    ending_ = Ending{Ending::Kind::lost, answer_has_ended};
  } else if (head_deadline_ && !is_open_ && clock_.now() >= *head_deadline_) {
    end(CURLE_OPERATION_TIMEDOUT);
  }
}

void HttpConnection::end(CURLcode result) {
  if (is_refused_) {
    ending_ = http_refusal(status_of(easy_.get()), content_type_of(easy_.get()), refusal_);
  } else if (result == CURLE_OPERATION_TIMEDOUT && error_[0] == '\0') {
    ending_ =
        Ending{Ending::Kind::lost,
               fmt::format("no answer came for {} seconds. A proxy on the way must not wait for the end "
                           "of a body",
                           head_wait_max.count())};
  } else if (result != CURLE_OK) {
    const std::string reason = error_[0] != '\0' ? error_.data() : ::curl_easy_strerror(result);
    ending_ = Ending{is_final(result) ? Ending::Kind::denied : Ending::Kind::lost, reason};
  } else {
    ending_ = finishes_ ? Ending{Ending::Kind::complete, {}} : Ending{Ending::Kind::lost, answer_has_ended};
  }
}

}  // namespace worker::pipe
