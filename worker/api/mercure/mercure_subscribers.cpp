#include "api/mercure/mercure_subscribers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/random.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace worker::api {
namespace {

// RFC 9562, version 4.
std::string new_uuid() {
  std::array<unsigned char, 16> bytes{};
  // So few bytes come at once, and never fail after the boot.
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);
  auto text = fmt::format("{:02x}", fmt::join(bytes, ""));
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

// RFC 6570, section 3.2.2: everything but the unreserved characters.
std::string expanded(std::string_view value) {
  constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string text;
  for (const char c : value) {
    if (unreserved.find(c) != std::string_view::npos) {
      text.push_back(c);
    } else {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

std::string quoted_json(std::string_view text) { return nlohmann::json(text).dump(); }

}  // namespace

std::string mercure_subscription_path(const MercureSelector& selector, std::string_view subscriber) {
  return fmt::format("{}{}{}/{}/{}", MercureSubscribers::path, selector.match_type.empty() ? "" : "/",
                     selector.match_type, expanded(selector.text), expanded(subscriber));
}

std::string mercure_subscription_json(const MercureSelector& selector, std::string_view subscriber,
                                      bool active) {
  const auto id = quoted_json(mercure_subscription_path(selector, subscriber));
  auto json =
      selector.match_type.empty()
          ? fmt::format(R"("id":{},"type":"Subscription","subscriber":{},"topic":{},"active":{})", id,
                        quoted_json(subscriber), quoted_json(selector.text), active)
          : fmt::format(
                R"("id":{},"type":"subscription","match_type":"{}","match":{},"subscriber":{},"active":{})",
                id, selector.match_type, quoted_json(selector.text), quoted_json(subscriber), active);
  if (!selector.payload.empty()) json.append(",\"payload\":").append(selector.payload);
  return json;
}

MercureSubscribers::MercureSubscribers(store::Store& store, metrics::Registry& registry)
    : store_(store),
      updates_(registry.counter("sse_worker_mercure_subscription_updates_total",
                                "Updates about Mercure subscriptions that were stored.")),
      lost_(registry.counter("sse_worker_mercure_subscription_updates_lost_total",
                             "Updates about Mercure subscriptions that the store did not take.")) {}

std::shared_ptr<MercureSubscribers::Visit> MercureSubscribers::enter(std::vector<MercureSelector> selectors) {
  return std::make_shared<Visit>(
      *this, MercureSubscriber{std::string(id_prefix) + new_uuid(), std::move(selectors)});
}

void MercureSubscribers::each(const std::function<void(const MercureSubscriber&)>& visit) const {
  const std::lock_guard lock(mutex_);
  for (const auto& subscriber : subscribers_) visit(subscriber);
}

void MercureSubscribers::tell(const MercureSubscriber& subscriber, bool active) {
  if (stopped_) return;
  std::vector<log::Draft> drafts;
  for (const auto& selector : subscriber.selectors) {
    const bool old = selector.match_type.empty();
    auto& draft = drafts.emplace_back();
    draft.topics = {mercure_subscription_path(selector, subscriber.id)};
    draft.event.data = fmt::format("{{{}{}{}}}", old ? context : "", old ? "," : "",
                                   mercure_subscription_json(selector, subscriber.id, active));
    if (!old) draft.event.type = update_type;
    draft.is_private = true;
  }
  store_.append(std::move(drafts), [this](const std::vector<store::Kept>& kept) {
    for (const auto& each : kept) (each ? updates_ : lost_).add();
  });
}

MercureSubscribers::Visit::Visit(MercureSubscribers& all, MercureSubscriber subscriber) : all_(all) {
  all_.tell(subscriber, true);
  const std::lock_guard lock(all_.mutex_);
  place_ = all_.subscribers_.insert(all_.subscribers_.end(), std::move(subscriber));
}

MercureSubscribers::Visit::~Visit() {
  std::list<MercureSubscriber> gone;
  {
    const std::lock_guard lock(all_.mutex_);
    gone.splice(gone.begin(), all_.subscribers_, place_);
  }
  all_.tell(gone.front(), false);
}

}  // namespace worker::api
