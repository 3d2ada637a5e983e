// What subscribers are owed: a record of all that was published, and subscribers that hold every call from
// the hub against it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hub/settings.hpp"
#include "hub/subscriber.hpp"
#include "log/log.hpp"
#include "support/drafts.hpp"

namespace worker::hub {

/// Everything ever published, by place, and what was found wrong.
class Ledger {
 public:
  explicit Ledger(const std::string& conflating) : conflating_(support::select(conflating)) {}

  void add(const std::vector<log::EntryPtr>& entries) {
    all_.insert(all_.end(), entries.begin(), entries.end());
  }
  log::Sequence last() const { return all_.size(); }
  const log::Entry& at(log::Sequence place) const { return *all_[place - 1]; }

  /// Is it a value of which a slow subscriber of `subscription` needs only the latest? Where each topic it
  /// reads it by conflates.
  bool conflates(const log::Entry& entry, const log::Subscription& subscription) const {
    return !entry.key().empty() && std::ranges::all_of(entry.topics(), [&](const auto& topic) {
      return !subscription.matches(topic) || conflating_.matches(topic);
    });
  }
  /// May such a subscriber skip it? Where each of those topics has a later value that it may read.
  bool superseded(const log::Entry& entry, const log::Subscription& subscription,
                  const log::Selectors& granted) const {
    return conflates(entry, subscription) && std::ranges::all_of(entry.topics(), [&](const auto& topic) {
             return !subscription.matches(topic) || has_later(entry, topic, granted);
           });
  }
  bool closed(const log::Subscription& subscription) const {
    if (subscription.selects_many()) return false;
    return std::ranges::all_of(subscription.names(), [&](const auto& name) {
      return std::ranges::any_of(all_, [&](const auto& entry) {
        return entry->closes() && std::ranges::find(entry->topics(), name) != entry->topics().end();
      });
    });
  }
  void wrong(std::string what) { mistakes.push_back(std::move(what)); }
  std::vector<std::string> mistakes;

 private:
  bool has_later(const log::Entry& entry, std::string_view topic, const log::Selectors& granted) const {
    return std::any_of(
        all_.begin() + static_cast<std::ptrdiff_t>(entry.sequence()), all_.end(), [&](const auto& later) {
          return later->key() == entry.key() && (!later->is_private() || granted.matches(*later)) &&
                 std::ranges::find(later->topics(), topic) != later->topics().end();
        });
  }

  const log::Subscription conflating_;
  std::vector<log::EntryPtr> all_;
};

class ModelSubscriber final : public hub::Subscriber {
 public:
  ModelSubscriber(Ledger& ledger, const log::Log& log, const log::Selectors& asked, log::Selectors granted,
                  log::Sequence after, int takes)
      : room(takes),
        ledger_(ledger),
        log_(log),
        asked_(asked, asked),
        granted_(std::move(granted)),
        at_(after) {
    owe_what_is_held();
  }

  bool ready() const override { return room > 0 && !ended; }
  bool fully_read() const override { return true; }
  void deliver(const Batch& batch) override {
    if (ended) mistake("got more after its end at {}", at_);
    std::string frames;
    for (const auto& entry : batch.entries) {
      if (!asked_.matches(*entry)) mistake("did not ask for {}", entry->sequence());
      if (!may_read(*entry)) mistake("may not read {}", entry->sequence());
      if (entry->sequence() <= at_) mistake("got {} again, or too late", entry->sequence());
      account_for(entry->sequence() - 1);
      at_ = std::max(at_, entry->sequence());
      frames += entry->frame();
    }
    if (batch.entries.empty()) mistake("got nothing", 0);
    if (batch.entries.size() > 1 && frames.size() > batch_bytes_max)
      mistake("got too much at once at {}", at_);
    if (*batch.wire != frames) mistake("got other bytes than the events' up to {}", at_);
    take();
  }
  void heartbeat(const base::Bytes& wire) override {
    if (ended) return;  // until it is swept away; nothing goes out any more
    if (wire->starts_with("id: e-")) {
      const log::Sequence cursor = std::stoull(wire->substr(6));
      if (cursor < at_) mistake("was sent back to {}", cursor);
      account_for(cursor);
      at_ = std::max(at_, cursor);
    } else if (*wire != ": \n\n") {
      mistake("got a heartbeat of other bytes at {}", at_);
    }
    take();
  }
  void gap(log::GapReason reason, log::Sequence before, log::Sequence after) override {
    if (reason != log::GapReason::evicted || before < at_ || after < before)
      mistake("was told a wrong gap to {}", after);
    account_for(before);
    at_ = std::max(at_, before);
    const auto asked_at = asked_at_;
    const auto owed = std::exchange(owed_, {});
    owe_what_is_held();
    // Evictions are known by the prefix of a template, so others below it may be meant.
    if (owed_ == owed && !misses_since(asked_at) && asked_.templates().empty())
      mistake("was told of a gap that is none, to {}", after);
    account_for(after);
    at_ = std::max(at_, after);
  }
  void end() override {
    if (std::exchange(ended, true)) return mistake("was ended twice, at {}", at_);
    if (!ledger_.closed(asked_)) mistake("was ended at {} though something is open", at_);
    account_for(ledger_.last());
  }

  /// At the very end: has it got everything, and its end where that has come?
  void check_complete() {
    if (!ended) account_for(ledger_.last());
    if (!ended && ledger_.closed(asked_)) mistake("was not ended at {}", at_);
  }

  int room;
  bool ended = false;

 private:
  static log::Sequence place_of(const log::EntryPtr& entry) { return entry->sequence(); }

  // Up to now nothing else can be given to it.
  void owe_what_is_held() {
    asked_at_ = ledger_.last();
    owed_ = log_.read(asked_, at_, asked_at_, std::string::npos, 0).entries;
  }
  // Something that it asked for came after that, and is evicted already.
  bool misses_since(log::Sequence asked_at) const {
    for (auto place = asked_at + 1; place <= ledger_.last(); ++place) {
      if (asked_.matches(ledger_.at(place)) && !std::ranges::binary_search(owed_, place, {}, &place_of))
        return true;
    }
    return false;
  }
  bool may_read(const log::Entry& entry) const { return !entry.is_private() || granted_.matches(entry); }
  // All up to `until` that it asked for must have come, or be told as a gap, or be superseded.
  void account_for(log::Sequence until) {
    for (auto place = at_ + 1; place <= until; ++place) {
      const auto& entry = ledger_.at(place);
      if (!asked_.matches(entry) || !may_read(entry)) continue;
      if (place <= asked_at_ && !std::ranges::binary_search(owed_, place, {}, &place_of)) continue;
      if (was_full_ && ledger_.superseded(entry, asked_, granted_)) continue;
      mistake("missed {}", place);
    }
  }
  void take() {
    if (!ready()) mistake("was given more than its socket takes, at {}", at_);
    if (room > 0 && --room == 0) was_full_ = true;
  }
  void mistake(const std::string& what, log::Sequence place) {
    std::string asked;
    for (const auto& text : asked_.asked().texts()) asked += text + " ";
    for (const auto& text : granted_.texts()) asked += "+" + text + " ";
    ledger_.wrong(
        fmt::format("the subscriber of {}at {} {}", asked, at_, fmt::format(fmt::runtime(what), place)));
  }

  Ledger& ledger_;
  const log::Log& log_;
  // With everything granted, so that the log leaves nothing out. An eviction is told to all who asked.
  const log::Subscription asked_;
  const log::Selectors granted_;
  log::Sequence at_;  // all up to here has come, or need not
  bool was_full_ = false;
  std::vector<log::EntryPtr> owed_;  // of all up to asked_at_
  log::Sequence asked_at_ = 0;       // the last sequence when it asked, or got a gap
};

}  // namespace worker::hub
