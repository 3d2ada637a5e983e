// Transfers: the requests that are under way at the same time. Owned by whoever asks; one thread, which waits
// in run(). An HttpLibrary outlives it.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "client/transfer.hpp"

namespace worker::client {

class Transfers {
 public:
  explicit Transfers(const base::Clock& clock);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  /// Begins a request. The reference is valid until stop().
  Transfer& start(Request request);
  /// Ends it, wherever it is; its connection is closed.
  void stop(const Transfer& transfer);
  /// Turns all of them until `done`, at the latest at `deadline`. Whether it is done.
  bool run(base::Instant deadline, const std::function<bool()>& done);

 private:
  struct MultiCleanup {
    void operator()(CURLM* handle) const { ::curl_multi_cleanup(handle); }
  };

  void turn();

  const base::Clock& clock_;
  std::unique_ptr<CURLM, MultiCleanup> multi_;
  std::vector<std::unique_ptr<Transfer>> all_;
};

}  // namespace worker::client
