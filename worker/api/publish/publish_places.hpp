// PublishPlaces: bounds the open publish streams of all loops. Each stream owns one Place as long as it is
// open. Usable from every thread; outlives the places.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "metrics/registry.hpp"

namespace worker::api {

class PublishPlaces {
 public:
  class Place {
   public:
    explicit Place(PublishPlaces& places) : places_(places) { places_.gauge_.add(1); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
      places_.gauge_.add(-1);
      --places_.count_;
    }

   private:
    PublishPlaces& places_;
  };

  /// `gauge` shows how many are open. Borrowed.
  explicit PublishPlaces(metrics::Gauge& gauge) : gauge_(gauge) {}

  /// Null if `most` are taken.
  std::unique_ptr<Place> take(std::size_t most) {
    if (count_.fetch_add(1) >= most) {
      --count_;
      return nullptr;
    }
    return std::make_unique<Place>(*this);
  }

 private:
  metrics::Gauge& gauge_;
  std::atomic<std::size_t> count_ = 0;
};

}  // namespace worker::api
