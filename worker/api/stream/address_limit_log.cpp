#include "api/stream/address_limit_log.hpp"

#include <utility>

namespace worker::api {

void AddressLimitLog::report_if_due(base::Instant now) {
  const std::lock_guard lock(mutex_);
  log_refusals(now);
  log_uncounted();
}

void AddressLimitLog::log_refusals(base::Instant now) {
  if (const auto news = slots_.addresses().take_report(); news.refused > 0) {
    unreported_ = {unreported_.refused + news.refused, news.last};
  }
  if (unreported_.refused == 0 || now < next_) return;
  next_ = now + interval;
  const auto [refused, last] = std::exchange(unreported_, {});
  const auto address = last.network.text();
  // If a proxy hides the addresses of its clients, most of them are refused: the line says what to do.
  logger_.warn(
      "streams.per_address_max: refused streams: count={} last_address={} open={} limit={} all_streams={}. "
      "If "
      "{} is a proxy, all its readers count as one address: set `set_real_ip_from {};` and `real_ip_header "
      "X-Forwarded-For;` in nginx. Otherwise raise streams.per_address_max; 0 disables the limit",
      refused, address, last.open, last.most, slots_.used(), address, address);
}

// Logged once per process: it is a hint, not an event.
void AddressLimitLog::log_uncounted() {
  const auto most = slots_.addresses().limit();
  if (uncounted_logged_ || most == 0) return;
  const auto uncounted = slots_.uncounted();
  if (uncounted <= most) return;
  uncounted_logged_ = true;
  logger_.info(
      "streams.per_address_max does not limit streams from loopback addresses, from Unix sockets and without "
      "REMOTE_ADDR: count={} all_streams={}. If they come through a proxy on this machine, set "
      "`set_real_ip_from 127.0.0.1;` (and `unix:`) and `real_ip_header X-Forwarded-For;` in nginx",
      uncounted, slots_.used());
}

}  // namespace worker::api
