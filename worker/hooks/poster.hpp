// Poster: sends deliveries with libcurl, one after the other, over one connection while that lasts. For the
// thread of the notifier; interrupt() is for every thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "hooks/answer.hpp"
#include "hooks/curl_library.hpp"
#include "hooks/delivery.hpp"
#include "hooks/settings.hpp"

namespace worker::hooks {

class Poster {
 public:
  /// Throws std::bad_alloc.
  explicit Poster(const CurlLibrary& curl);
  ~Poster();
  Poster(const Poster&) = delete;
  Poster& operator=(const Poster&) = delete;

  /// One attempt, signed at `timestamp`, seconds since 1970. Ends within Settings::timeout, or soon after
  /// interrupt() where `gives_way` is true by then.
  Answer post(const Delivery& delivery, std::int64_t timestamp, const Settings& settings,
              const std::function<bool()>& gives_way);
  void interrupt();

 private:
  template <class Value>
  void set(CURLoption option, Value value);
  void set_up(const Delivery& delivery, const Settings& settings, curl_slist* headers);
  CURLcode perform(const std::function<bool()>& gives_way);
  Answer answer(CURLcode result);

  const CurlLibrary curl_;
  std::unique_ptr<CURLM, decltype(CurlLibrary::multi_cleanup)> multi_;
  std::unique_ptr<CURL, decltype(CurlLibrary::easy_cleanup)> easy_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace worker::hooks
