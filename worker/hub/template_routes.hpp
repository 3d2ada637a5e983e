// TemplateRoutes: which cohorts have subscribed to the templates that a topic matches. Loop thread only;
// borrows the cohorts.
//
// Each template is found by its anchor: up to eight bytes of one of its literals, chosen so that few other
// templates have them. A topic is compared with the templates whose anchors it has. So it costs a look-up for
// each of its bytes and little more than what it matches, however many templates there are. Templates that
// have the same literals are all compared, and so are those without any.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/sip_hash.hpp"
#include "log/template.hpp"

namespace worker::hub {

class Cohort;

class TemplateRoutes {
 public:
  void add(Cohort& cohort, const log::Template& each);
  void remove(Cohort& cohort, const log::Template& each);
  bool empty() const { return places_.empty(); }
  /// The memory of one template in here, in bytes.
  static std::size_t bytes(const log::Template& each);

  /// Calls `visit(cohort)` for each cohort and each of its templates that matches `topic`.
  template <class Visit>
  void each(std::string_view topic, const Visit& visit) const {
    const auto compare = [&](const std::vector<const Place*>& places) {
      for (const auto* place : places) {
        if (!place->each.matches(topic)) continue;
        for (auto* cohort : place->cohorts) visit(*cohort);
      }
    };
    compare(without_anchor_);
    ++round_;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto size = sizes[i];
      if (anchors_of_size_[i] == 0 || topic.size() < size) continue;
      for (std::size_t at = 0; at + size <= topic.size(); ++at) {
        const auto found = anchors_.find(window_at(topic.data() + at, size));
        // The topic may have it several times.
        if (found == anchors_.end() || found->second.compared_in == round_) continue;
        found->second.compared_in = round_;
        compare(found->second.places);
      }
    }
  }

 private:
  // Some bytes of a text as a number. There are no zeros in a text, so windows of different sizes differ.
  using Window = std::uint64_t;
  static constexpr std::array<std::size_t, 4> sizes{8, 4, 2, 1};
  // With a key of its own, because templates and topics come from outside.
  struct Hash {
    Hash() : key(base::SipKey::random()) {}
    base::SipKey key;
    std::size_t operator()(Window window) const {
      const auto mixed = (window ^ key.first) * (key.second | 1);
      return mixed ^ (mixed >> 32);
    }
  };
  struct Place {
    log::Template each;
    std::vector<Cohort*> cohorts{};
    Window anchor = 0;  // 0: none
  };
  struct Anchored {
    std::vector<const Place*> places{};
    mutable std::uint64_t compared_in = 0;  // the round
  };

  static Window window_at(const char* bytes, std::size_t size) {
    Window window = 0;
    std::memcpy(&window, bytes, size);
    return window;
  }
  static std::vector<Window> windows(const log::Template& each);
  static std::size_t size_index(Window window);
  Window choose(const std::vector<Window>& windows) const;

  std::map<log::Template, Place> places_;
  std::unordered_map<Window, Anchored, Hash> anchors_;
  std::array<std::size_t, sizes.size()> anchors_of_size_{};
  std::vector<const Place*> without_anchor_;
  std::unordered_map<Window, std::uint32_t, Hash> templates_with_;  // how many have a window
  mutable std::uint64_t round_ = 0;
};

}  // namespace worker::hub
