// SubjectCounts: how many streams and long polls each subject of a grant (access/grant.hpp) holds, so that
// one user does not take all slots from many addresses. Owned by StreamSlots. Usable from every thread: one
// lock, taken when a stream begins or ends and not while it is open.
//
// Memory: one node of about 120 bytes for each subject with an open stream, freed with its last one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "api/stream/recent_refusals.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace worker::api {

class SubjectCounts {
 public:
  class Count {
    friend class SubjectCounts;
    RecentRefusals refusals_;
    std::uint32_t open_ = 0;
  };
  /// A subject and its count. Lives as long as the subject has an open stream.
  using Entry = std::pair<const std::string, Count>;
  /// The subject holds as many streams as it may.
  struct Full {
    /// Refusals of this subject in the last 10 to 20 s, including this one.
    std::size_t recent = 0;
  };

  /// `most` streams for each subject; 0: without limit. Streams are counted also without a limit, so that a
  /// limit that a reload sets includes the streams that are open then.
  explicit SubjectCounts(std::size_t most) : limit_(most) {}
  void set_limit(std::size_t most);

  /// Counts one more stream. The caller must call remove() once with the entry that it gets.
  base::Result<Entry*, Full> add(std::string_view subject, base::Instant now);
  void remove(Entry& entry);

  /// Subjects with an open stream.
  std::size_t subjects() const;
  std::size_t limit() const;

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::size_t limit_;
  std::map<std::string, Count, std::less<>> counts_;
};

}  // namespace worker::api
