// OpenStreams: the streams and long polls with topics that are open on one loop, so that an operator can list
// them and end those of one subject or topic. Owned by the StreamContext; each item leaves the list when it
// is destroyed. Loop thread only.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "log/subscription.hpp"

namespace worker::api {

/// A stream or long poll as the operator sees it.
class OpenStream {
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
  /// Ends it now; its grant is no longer valid. The object is destroyed later, not in this call.
  virtual void revoke() = 0;

 private:
  friend class OpenStreams;
  using Hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  Hook hook_;
  const base::Instant since_;
};

class OpenStreams {
 public:
  void add(OpenStream& stream) { streams_.push_back(stream); }
  void each(const std::function<void(const OpenStream&)>& visit) const {
    for (const auto& stream : streams_) visit(stream);
  }
  /// Ends those that `concerned` is true of, at most `count_max`: each takes a system call. Returns how many.
  /// They are not among the streams any more, so a call that returns less than `count_max` has left none.
  std::size_t revoke(const std::function<bool(const OpenStream&)>& concerned, std::size_t count_max) {
    std::size_t count = 0;
    for (auto next = streams_.begin(); next != streams_.end() && count < count_max;) {
      auto& stream = *next++;
      if (!concerned(stream)) continue;
      stream.hook_.unlink();
      stream.revoke();
      ++count;
    }
    return count;
  }

 private:
  boost::intrusive::list<OpenStream,
                         boost::intrusive::member_hook<OpenStream, OpenStream::Hook, &OpenStream::hook_>,
                         boost::intrusive::constant_time_size<false>>
      streams_;
};

}  // namespace worker::api
