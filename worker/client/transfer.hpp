// Transfer: one request, on a connection of its own, and what comes back for it. Transfers owns it and turns
// it; one thread. Whatever fails is the ending of the answer.
#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "client/answer.hpp"

namespace worker::client {

struct Request {
  enum class Version { any, http_1_0, http_1_1, http_2 };
  enum class Trust {
    verified,
    nobody,  // sends nothing, and only looks at the certificate
  };

  std::string url;
  std::string method{};  // empty: GET, or POST where there is a body
  std::vector<std::string> headers{};
  std::string body{};
  Version version = Version::any;
  Trust trust = Trust::verified;
  std::string trust_file{};  // certificates to trust instead of the system's; empty for those
  std::string agent{};
  /// Gets the body in place of Answer::body, and may be called without end.
  std::function<void(std::string_view)> consumer{};
};

class Transfer {
 public:
  Transfer(Request request, const base::Clock& clock);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  const Answer& answer() const { return answer_; }
  /// How far the connection has come, where neither a head nor the end has told it.
  void note_connection();
  CURL* handle() const { return easy_.get(); }
  void end(CURLcode result);

 private:
  struct EasyCleanup {
    void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
  };
  struct ListCleanup {
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
  };

  void set_up();
  void set_up_tls();
  bool on_header(std::string_view line);
  bool on_body(std::string_view bytes);
  void on_head_complete();
  void note_certificate();

  const Request request_;
  const base::Clock& clock_;
  std::unique_ptr<curl_slist, ListCleanup> headers_;
  std::unique_ptr<CURL, EasyCleanup> easy_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  Answer answer_;
  std::size_t head_bytes_ = 0;
  bool head_is_too_long_ = false;
  bool body_is_too_long_ = false;
};

}  // namespace worker::client
