// OpenPublishers: the publish streams that are open on one loop, so that a user can stop those of a topic,
// and an operator can end those of a subject. It owns none of them; each leaves the list when its client has
// gone. Loop thread only.
#pragma once

#include <algorithm>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace worker::api {

class OpenPublisher {
 public:
  OpenPublisher() = default;
  virtual ~OpenPublisher() = default;
  OpenPublisher(const OpenPublisher&) = delete;
  OpenPublisher& operator=(const OpenPublisher&) = delete;

  /// The subject of its grant; empty if it has none.
  virtual std::string_view subject() const = 0;
  /// The topics of its events that name no others.
  virtual const std::vector<std::string>& topics() const = 0;
  /// Tells the publisher that a user wants no more events of `topic`. It may continue.
  virtual void stop(std::string_view topic) = 0;
  /// Ends it: its grant is no longer valid.
  virtual void revoke() = 0;
  /// Ends it if nothing has come for too long. Call it about once a minute.
  virtual void check_idle(base::Instant now) = 0;

 protected:
  /// Call it on the loop's thread; the destructor may run on another one.
  void leave_list() { hook_.unlink(); }

 private:
  friend class OpenPublishers;
  using Hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  Hook hook_;
};

class OpenPublishers {
 public:
  void add(OpenPublisher& publisher) { publishers_.push_back(publisher); }
  bool empty() const { return publishers_.empty(); }
  /// `act` may end the publisher that it gets, and no other.
  void each(const std::function<void(OpenPublisher&)>& act) {
    for (auto next = publishers_.begin(); next != publishers_.end();) act(*next++);
  }
  /// Tells those that publish to `topic`.
  void stop(std::string_view topic) {
    each([&](OpenPublisher& publisher) {
      if (std::ranges::find(publisher.topics(), topic) != publisher.topics().end()) publisher.stop(topic);
    });
  }
  /// Ends those of `subject`, and returns how many there were.
  std::size_t revoke(std::string_view subject) {
    std::size_t count = 0;
    each([&](OpenPublisher& publisher) {
      if (publisher.subject() != subject) return;
      publisher.revoke();
      ++count;
    });
    return count;
  }

 private:
  boost::intrusive::list<
      OpenPublisher, boost::intrusive::member_hook<OpenPublisher, OpenPublisher::Hook, &OpenPublisher::hook_>,
      boost::intrusive::constant_time_size<false>>
      publishers_;
};

}  // namespace worker::api
