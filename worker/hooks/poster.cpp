#include "hooks/poster.hpp"

#include <fmt/format.h>

#include <new>

#include "base/printable.hpp"
#include "hooks/signature.hpp"

namespace worker::hooks {
namespace {

// Of an answer; nobody reads it. A connection whose answer is longer is not used again.
constexpr std::size_t answer_bytes_max = 65'536;
constexpr std::size_t reason_bytes_max = 300;

std::size_t drop(const char* /*from*/, std::size_t size, std::size_t count, void* received) {
  auto& bytes = *static_cast<std::size_t*>(received);
  bytes += size * count;
  return bytes <= answer_bytes_max ? size * count : 0;
}

}  // namespace

Poster::Poster(const CurlLibrary& curl)
    : curl_(curl), multi_(curl.multi_init(), curl.multi_cleanup), easy_(curl.easy_init(), curl.easy_cleanup) {
  if (!multi_ || !easy_) throw std::bad_alloc();
}

Poster::~Poster() = default;

template <class Value>
void Poster::set(CURLoption option, Value value) {
  // Options of this version of libcurl fail for lack of memory only.
  if (curl_.easy_setopt(easy_.get(), option, value) != CURLE_OK) throw std::bad_alloc();
}

void Poster::set_up(const Delivery& delivery, const Settings& settings, curl_slist* headers) {
  set(CURLOPT_URL, settings.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDS, delivery.body.data());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(delivery.body.size()));
  set(CURLOPT_HTTPHEADER, headers);
  set(CURLOPT_USERAGENT, "sse-worker/" SSE_WORKER_VERSION);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(settings.timeout.count()));
  if (!settings.ca_file.empty()) set(CURLOPT_CAINFO, settings.ca_file.c_str());
  set(CURLOPT_CA_CACHE_TIMEOUT, 0L);  // a file with new certificates counts for the next connection
  set(CURLOPT_WRITEFUNCTION, &drop);
}

Answer Poster::post(const Delivery& delivery, std::int64_t timestamp, const Settings& settings,
                    const std::function<bool()>& gives_way) {
  std::unique_ptr<curl_slist, decltype(CurlLibrary::slist_free_all)> headers(nullptr, curl_.slist_free_all);
  const auto add_header = [&](const std::string& line) {
    auto* const longer = curl_.slist_append(headers.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(headers.release());  // it is the beginning of the longer one
    headers.reset(longer);
  };
  add_header("Content-Type: application/json");
  add_header("Expect:");  // a receiver that does not know it would cost a second
  add_header("webhook-id: " + delivery.id);
  add_header(fmt::format("webhook-timestamp: {}", timestamp));
  add_header("webhook-signature: " + signature(signing_key(settings.key).value_or(settings.key), delivery.id,
                                               timestamp, delivery.body));
  error_[0] = '\0';
  set_up(delivery, settings, headers.get());
  std::size_t received = 0;
  set(CURLOPT_WRITEDATA, &received);
  curl_.multi_add_handle(multi_.get(), easy_.get());
  const auto result = perform(gives_way);
  curl_.multi_remove_handle(multi_.get(), easy_.get());
  return answer(result);
}

CURLcode Poster::perform(const std::function<bool()>& gives_way) {
  for (;;) {
    int running = 0;
    curl_.multi_perform(multi_.get(), &running);
    int others = 0;
    while (const auto* message = curl_.multi_info_read(multi_.get(), &others)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    if (gives_way()) return CURLE_ABORTED_BY_CALLBACK;
    curl_.multi_poll(multi_.get(), nullptr, 0, 1'000, nullptr);
  }
}

Answer Poster::answer(CURLcode result) {
  // The answer was too long, but it was there.
  if (result == CURLE_OK || result == CURLE_WRITE_ERROR) {
    long status = 0;
    const char* location = nullptr;
    curl_off_t retry_after = 0;
    curl_.easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_.easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &location);
    curl_.easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &retry_after);
    return answer_of(status, location == nullptr ? std::string_view() : location,
                     std::chrono::seconds(retry_after));
  }
  const std::string reason = error_[0] != '\0' ? error_.data() : curl_.easy_strerror(result);
  return {.reason = base::printable(reason, reason_bytes_max)};
}

void Poster::interrupt() { curl_.multi_wakeup(multi_.get()); }

}  // namespace worker::hooks
