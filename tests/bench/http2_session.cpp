#include "http2_session.hpp"

#include <strings.h>

#include <array>
#include <charconv>
#include <new>
#include <span>
#include <stdexcept>

namespace sse::bench {
namespace {

constexpr std::int32_t stream_window = 6 * 1024 * 1024;
constexpr std::int32_t connection_window = 15 * 1024 * 1024;

std::string_view text(const std::uint8_t* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

// nghttp2 copies names and values, whatever the type of these pointers says.
nghttp2_nv field(std::string_view name, std::string_view value) noexcept {
  const auto bytes = [](std::string_view of) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(of.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

void check(int result) {
  if (result == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  if (result != 0) throw std::logic_error(nghttp2_strerror(result));
}

}  // namespace

// What nghttp2 calls.
struct Http2Session::Events {
  static Http2Session& of(void* self) noexcept { return *static_cast<Http2Session*>(self); }

  static int begin_headers(nghttp2_session* /*session*/, const nghttp2_frame* /*frame*/, void* self) {
    of(self).status_ = 0;
    of(self).is_event_stream_ = false;
    return 0;
  }

  static int header(nghttp2_session* /*session*/, const nghttp2_frame* /*frame*/, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t /*flags*/, void* self) {
    const std::string_view key = text(name, name_size);
    std::string_view content = text(value, value_size);
    // nghttp2 has checked that it is three digits.
    if (key == ":status") std::from_chars(content.begin(), content.end(), of(self).status_);
    if (key == "content-type") {
      constexpr std::string_view wanted = "text/event-stream";
      content = content.substr(0, content.find(';'));
      of(self).is_event_stream_ =
          content.size() == wanted.size() && strncasecmp(content.data(), wanted.data(), wanted.size()) == 0;
    }
    return 0;
  }

  static int frame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* self) {
    const auto& [size, stream, type, flags, reserved] = frame->hd;
    if (type != NGHTTP2_HEADERS && type != NGHTTP2_DATA) return 0;
    if ((flags & NGHTTP2_FLAG_END_STREAM) != 0) of(self).whole_ = stream;
    // Neither trailers, which have no status, nor 103 Early Hints and its like are a head.
    if (type == NGHTTP2_HEADERS && of(self).status_ >= 200) {
      of(self).owner_.on_head(stream, of(self).status_, of(self).is_event_stream_);
    }
    return 0;
  }

  static int data(nghttp2_session* /*session*/, std::uint8_t /*flags*/, std::int32_t stream,
                  const std::uint8_t* bytes, std::size_t size, void* self) {
    of(self).owner_.on_body(stream, text(bytes, size));
    return 0;
  }

  static int close(nghttp2_session* /*session*/, std::int32_t stream, std::uint32_t error, void* self) {
    of(self).owner_.on_stream_end(stream, error == NGHTTP2_NO_ERROR && of(self).whole_ == stream);
    return 0;
  }
};

Http2Session::Http2Session(Owner& owner) : owner_(owner), session_(nullptr, nghttp2_session_del) {
  nghttp2_session_callbacks* made = nullptr;
  check(nghttp2_session_callbacks_new(&made));
  const std::unique_ptr<nghttp2_session_callbacks, void (*)(nghttp2_session_callbacks*)> callbacks(
      made, nghttp2_session_callbacks_del);
  nghttp2_session_callbacks_set_on_begin_headers_callback(made, Events::begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(made, Events::header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(made, Events::frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, Events::data);
  nghttp2_session_callbacks_set_on_stream_close_callback(made, Events::close);
  nghttp2_session* session = nullptr;
  check(nghttp2_session_client_new(&session, made, this));
  session_.reset(session);
  const std::array settings{nghttp2_settings_entry{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                            nghttp2_settings_entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window}};
  check(nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()));
  check(nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, connection_window));
}

std::int32_t Http2Session::request(const Http2Request& request) {
  const std::array fields{field(":method", "GET"),
                          field(":scheme", request.scheme),
                          field(":authority", request.authority),
                          field(":path", request.path),
                          field("accept", "text/event-stream"),
                          field("last-event-id", request.cursor)};
  const auto wanted = std::span(fields).first(fields.size() - (request.cursor.empty() ? 1 : 0));
  const std::int32_t stream =
      nghttp2_submit_request(session_.get(), nullptr, wanted.data(), wanted.size(), nullptr, nullptr);
  if (stream < 0) check(stream);
  return stream;
}

void Http2Session::cancel(std::int32_t stream) noexcept {
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
}

bool Http2Session::accepts_requests() const noexcept {
  return nghttp2_session_check_request_allowed(session_.get()) != 0;
}

void Http2Session::feed(std::string_view bytes) {
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
  failed_ = nghttp2_session_mem_recv(session_.get(), begin, bytes.size()) < 0;
}

std::string Http2Session::take_output() {
  std::string output;
  for (const std::uint8_t* bytes = nullptr;;) {
    const auto size = nghttp2_session_mem_send(session_.get(), &bytes);
    if (size <= 0) return output;
    output.append(text(bytes, static_cast<std::size_t>(size)));
  }
}

bool Http2Session::over() const noexcept {
  return failed_ ||
         (nghttp2_session_want_read(session_.get()) == 0 && nghttp2_session_want_write(session_.get()) == 0);
}

}  // namespace sse::bench
