// OpenStreams: the streams and long polls with topics that are open on one loop, so that an operator can list
// them and end those of one subject or topic. Owned by the StreamContext; each item leaves the list when it
// is destroyed. Loop thread only.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "log/subscription.hpp"

namespace worker::api {

class OpenStreamLink {
 private:
  friend class OpenStreams;
  using Hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  Hook hook_;
};

/// A stream or long poll as the operator sees it.
class OpenStream : public OpenStreamLink {
 public:
  explicit OpenStream(base::Instant since) : since_(since) {}
  virtual ~OpenStream() = default;
  OpenStream(const OpenStream&) = delete;
  OpenStream& operator=(const OpenStream&) = delete;

  base::Instant since() const { return since_; }
  /// Of its grant; empty where it has none.
  virtual std::string_view subject() const = 0;
  virtual const log::Subscription& topics() const = 0;
  /// Bytes that wait in the worker's memory because the client does not read them.
  virtual std::size_t waiting_bytes() const = 0;
  /// Bytes in its socket that the web server has not read. One system call.
  virtual std::size_t unread_bytes() const = 0;
  /// Ends it now; its grant is no longer valid. The object is destroyed later, not in this call.
  virtual void revoke() = 0;

 private:
  const base::Instant since_;
};

class OpenStreams {
 public:
  OpenStreams() { links_.push_back(marker_); }

  void add(OpenStream& stream) { links_.push_back(stream); }
  void each(const std::function<void(const OpenStream&)>& visit) const {
    for (const auto& link : links_) {
      if (&link != &marker_) visit(static_cast<const OpenStream&>(link));
    }
  }
  /// Continues with a round over all of them: visits the next ones, `count_max` at most. True if these were
  /// the last ones, so that the next call begins another round. A stream that comes meanwhile belongs to the
  /// round.
  template <class Visit>
  bool visit_next(std::size_t count_max, const Visit& visit) {
    auto next = std::next(links_.iterator_to(marker_));
    for (std::size_t count = 0; next != links_.end() && count < count_max; ++count)
      visit(static_cast<const OpenStream&>(*next++));
    const bool done = next == links_.end();
    links_.splice(done ? links_.begin() : next, links_, links_.iterator_to(marker_));
    return done;
  }
  /// Ends those that `concerned` is true of, at most `count_max`: each takes a system call. Returns how many.
  /// They are not among the streams any more, so a call that returns less than `count_max` has left none.
  std::size_t revoke(const std::function<bool(const OpenStream&)>& concerned, std::size_t count_max) {
    std::size_t count = 0;
    for (auto next = links_.begin(); next != links_.end() && count < count_max;) {
      auto& link = *next++;
      if (&link == &marker_) continue;
      auto& stream = static_cast<OpenStream&>(link);
      if (!concerned(stream)) continue;
      link.hook_.unlink();
      stream.revoke();
      ++count;
    }
    return count;
  }

 private:
  OpenStreamLink marker_;  // behind those that the round has visited
  boost::intrusive::list<
      OpenStreamLink,
      boost::intrusive::member_hook<OpenStreamLink, OpenStreamLink::Hook, &OpenStreamLink::hook_>,
      boost::intrusive::constant_time_size<false>>
      links_;
};

}  // namespace worker::api
