// MercureSubscribers: the open streams of Mercure subscribers on all loops of this worker, and the private
// updates that tell when one opens and closes ("Active Subscriptions" of the specification). Each selector is
// told in the version of the protocol that it was asked for in. Shared by the loops; usable from every
// thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/registry.hpp"
#include "store/store.hpp"

namespace worker::api {

/// One selector that somebody subscribes to.
struct MercureSelector {
  /// `exact` or `urlpattern`; empty: it was asked for by the name of 0.x, `topic`.
  std::string match_type;
  std::string text;
  /// What the token says to others about this subscription, as JSON; empty: nothing.
  std::string payload{};
};

/// One subscriber with all that it subscribes to.
struct MercureSubscriber {
  /// An IRI that no other subscriber has.
  std::string id;
  std::vector<MercureSelector> selectors;
};

/// The path of a subscription, which is also the topic of its updates. Its parts are percent-encoded.
std::string mercure_subscription_path(const MercureSelector& selector, std::string_view subscriber);

/// A subscription as JSON, or JSON-LD in 0.x: all but the braces around it.
std::string mercure_subscription_json(const MercureSelector& selector, std::string_view subscriber,
                                      bool active);

class MercureSubscribers {
 public:
  static constexpr const char* path = "/.well-known/mercure/subscriptions";
  static constexpr const char* context = R"("@context":"https://mercure.rocks/")";
  /// What every MercureSubscriber::id begins with.
  static constexpr std::string_view id_prefix = "urn:uuid:";
  /// The type of updates in 1.0.
  static constexpr std::string_view update_type = "mercure";

  MercureSubscribers(store::Store& store, metrics::Registry& registry);

  /// A subscriber is active as long as it holds this. The updates are appended to the store; those that it
  /// does not take are counted.
  class Visit {
   public:
    Visit(MercureSubscribers& all, MercureSubscriber subscriber);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    MercureSubscribers& all_;
    std::list<MercureSubscriber>::iterator place_;
  };

  std::shared_ptr<Visit> enter(std::vector<MercureSelector> selectors);
  /// Under the mutex: must not call back.
  void each(const std::function<void(const MercureSubscriber&)>& visit) const;
  /// No more updates: the store is about to be closed.
  void stop() { stopped_ = true; }

 private:
  void tell(const MercureSubscriber& subscriber, bool active);

  store::Store& store_;
  metrics::Counter& updates_;
  metrics::Counter& lost_;
  std::atomic<bool> stopped_ = false;
  mutable std::mutex mutex_;
  std::list<MercureSubscriber> subscribers_;  // guarded by mutex_
};

}  // namespace worker::api
