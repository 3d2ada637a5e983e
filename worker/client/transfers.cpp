#include "client/transfers.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

namespace worker::client {

Transfers::Transfers(const base::Clock& clock) : clock_(clock), multi_(::curl_multi_init()) {
  if (!multi_) throw std::bad_alloc();
}

Transfers::~Transfers() {
  for (const auto& each : all_) ::curl_multi_remove_handle(multi_.get(), each->handle());
}

Transfer& Transfers::start(Request request) {
  all_.push_back(std::make_unique<Transfer>(std::move(request), clock_));
  ::curl_multi_add_handle(multi_.get(), all_.back()->handle());
  return *all_.back();
}

void Transfers::stop(const Transfer& transfer) {
  ::curl_multi_remove_handle(multi_.get(), transfer.handle());
  std::erase_if(all_, [&](const auto& each) { return each.get() == &transfer; });
}

bool Transfers::run(base::Instant deadline, const std::function<bool()>& done) {
  for (;;) {
    turn();
    if (done()) return true;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock_.now());
    if (left.count() <= 0) return false;
    constexpr std::chrono::milliseconds longest{100};
    ::curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(std::min(left, longest).count()), nullptr);
  }
}

void Transfers::turn() {
  int running = 0;
  ::curl_multi_perform(multi_.get(), &running);
  int others = 0;
  while (const auto* message = ::curl_multi_info_read(multi_.get(), &others)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    const auto result = message->data.result;
    ::curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    transfer->end(result);
  }
}

}  // namespace worker::client
