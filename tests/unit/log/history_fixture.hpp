// A history with a clock that stands still, and what reading it gives as text.
#pragma once

#include <fmt/format.h>

#include <string>

#include "log/history.hpp"
#include "log/merged_read.hpp"
#include "log/resume.hpp"
#include "support/drafts.hpp"
#include "support/manual_clock.hpp"

namespace worker::log {

using namespace support;
using namespace std::chrono_literals;

struct HistoryFixture {
  EntryPtr entry(Draft draft, Sequence sequence) const {
    const auto id = draft.event.id.empty() ? history.epochs().id_of(sequence) : draft.event.id;
    return make_entry(std::move(draft), sequence, id, clock.now());
  }
  void add(const std::string& topics, const std::string& id = {}) {
    history.add(entry(draft_with_id(topics, id, "x"), history.epochs().last() + 1));
  }
  std::string read(const std::string& selectors) const {
    return told(
        MergedRead(history, select(selectors)).slice(0, history.epochs().last(), std::string::npos, 0));
  }
  std::string resume(const std::string& selectors, const std::string& cursor) const {
    return told(worker::log::resume(history, select(selectors), cursor));
  }
  static std::string text(const LogChanges& changes) {
    std::string text;
    for (const auto& gone : changes.gone) text += fmt::format("{}{} ", gone.sequence, gone.id ? "i" : "");
    for (const auto& [name, state] : changes.topics) {
      text += state ? fmt::format("{}:{}/{} ", name, state->lost_through, state->closed_at) : name + ":none ";
    }
    return text + fmt::format("last {} forgotten {}", changes.last, changes.forgotten_through);
  }

  ManualClock clock;
  Settings settings{.topic_events_max = 2, .age_max = 1h};
  History history{settings, "e1", clock};
};

}  // namespace worker::log
