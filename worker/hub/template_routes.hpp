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
#include "log/topic.hpp"

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
    each_candidate(topic, [&](const Place& place) {
      if (!place.each.matches(topic)) return;
      for (auto* cohort : place.cohorts) visit(*cohort);
    });
  }
  /// The same where all templates are URL patterns.
  template <class Visit>
  void each_by_url(std::string_view topic, const Visit& visit) const {
    if (empty() || log::is_reserved(topic)) return;
    const auto url = places_.begin()->first.url_of(topic);
    if (!url) return;
    each_candidate(url->text(), [&](const Place& place) {
      if (!place.each.matches(*url)) return;
      for (auto* cohort : place.cohorts) visit(*cohort);
    });
  }

 private:
  // Some bytes of a text as a number. There are no zeros in a text, so windows of different sizes differ.
  using Window = std::uint64_t;
  static constexpr std::size_t window_bytes_max = sizeof(Window);
  static constexpr std::size_t filter_bits_min = 4'096;
  // With a key of its own, because templates and topics come from outside.
  struct Hash {
    Hash() : key(base::SipKey::random()) {}
    base::SipKey key;
    std::size_t operator()(Window window) const {
      auto mixed = (window ^ key.first) * (key.second | 1);
      mixed ^= mixed >> 32;
      mixed *= key.second | 1;
      return mixed ^ (mixed >> 32);
    }
  };
  struct Place {
    log::Template each;
    std::vector<Cohort*> cohorts{};
    Window anchor = 0;  // 0: none
  };
  // The first literal is at the beginning of a topic that matches, and the last one at its end.
  enum class Where : std::uint8_t { at_offset, before_end, anywhere };
  struct Candidate {
    const Place* place;
    Where where{};
    std::uint32_t offset = 0;
    mutable std::uint64_t compared_in = 0;  // the round
  };
  struct Possible {
    Window window = 0;
    Where where{};
    std::uint32_t offset = 0;
  };

  static Window window_at(const char* bytes, std::size_t size) {
    Window window = 0;
    std::memcpy(&window, bytes, size);
    return window;
  }
  bool may_be_anchor(Window window) const {
    const auto bit = anchors_.hash_function()(window) & (filter_.size() - 1);
    return filter_[bit];
  }
  void add_to_filter(Window window) {
    filter_[anchors_.hash_function()(window) & (filter_.size() - 1)] = true;
  }
  void rebuild_filter();
  // Of a text: the topic, or the text of its URL.
  template <class Compare>
  void each_candidate(std::string_view topic, const Compare& compare) const {
    for (const auto* place : without_anchor_) compare(*place);
    ++round_;
    for (std::size_t size = 1; size < anchors_of_size_.size(); ++size) {
      if (anchors_of_size_[size] == 0) continue;
      for (std::size_t at = 0; at + size <= topic.size(); ++at) {
        const auto window = window_at(topic.data() + at, size);
        if (!may_be_anchor(window)) continue;
        const auto found = anchors_.find(window);
        if (found == anchors_.end()) continue;
        for (const auto& candidate : found->second) {
          const bool fits = candidate.where == Where::at_offset    ? at == candidate.offset
                            : candidate.where == Where::before_end ? topic.size() - at == candidate.offset
                                                                   : candidate.compared_in != round_;
          if (!fits) continue;
          candidate.compared_in = round_;  // the topic may have the window several times
          compare(*candidate.place);
        }
      }
    }
  }

  static std::vector<Possible> windows(const log::Template& each);
  static std::size_t size_of(Window window);
  const Possible& choose(const std::vector<Possible>& windows) const;

  std::map<log::Template, Place> places_;
  std::unordered_map<Window, std::vector<Candidate>, Hash> anchors_;
  std::array<std::size_t, window_bytes_max + 1> anchors_of_size_{};
  // A bit for each anchor, by its hash: most windows of a topic are none, and this is in the processor's
  // cache. A power of two of bits.
  std::vector<bool> filter_ = std::vector<bool>(filter_bits_min);
  std::vector<const Place*> without_anchor_;
  std::unordered_map<Window, std::uint32_t, Hash> templates_with_;  // how many have a window
  mutable std::uint64_t round_ = 0;
};

}  // namespace worker::hub
