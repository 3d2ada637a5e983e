// FileClock: when events were published, in a file that outlives the machine's clocks. It reads two clocks:
// the machine's, which may be set, and the file's, which only rises. The file's clock counts the time for
// which workers have had the file open, and the time between two workers unless the machine was booted
// meanwhile. A value without I/O; SqliteFile owns it, one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "log/entry.hpp"

namespace worker::store {

class FileClock {
 public:
  /// Both clocks at one moment, as the file records them. Milliseconds.
  struct Reading {
    std::int64_t up_ms = 0;      // the file's clock
    std::string_view boot;       // boot_id() at that moment; borrowed
    std::int64_t steady_ms = 0;  // the steady clock of that boot
    std::int64_t wall_ms = 0;    // Unix time
  };

  /// The file's clock begins at 0 now. `boot`: see boot_id().
  FileClock(const base::Clock& clock, std::string boot);

  /// Continues from what the file has recorded. In the same boot the steady clock shows for how long no
  /// worker had the file open, and by how much the machine's clock was set meanwhile. Returns that difference
  /// in milliseconds; 0 if the clock was not set, or if that is not known.
  std::int64_t resume(const Reading& recorded);
  /// By how many milliseconds the machine's clock was set since the last call, or since construction; 0 if it
  /// was not.
  std::int64_t take_jump();

  Reading reading() const;
  /// The file has recorded a reading.
  void on_recorded() { recorded_ = clock_.now(); }
  /// The last recorded reading is so old that a crash would lose too much of the file's clock.
  bool is_record_due() const;

  /// When an entry was published, Unix time.
  std::int64_t wall_ms(const log::Entry& entry) const;
  /// The same by the file's clock.
  std::int64_t up_ms(base::Instant at) const;
  /// Back from the file's clock; never later than the construction.
  base::Instant instant(std::int64_t up_ms) const;

 private:
  std::int64_t steady_ms() const;
  std::int64_t offset_ms() const;

  const base::Clock& clock_;
  const std::string boot_;
  const base::Instant since_;
  std::int64_t up_ms_ = 0;  // the file's clock, at since_
  std::int64_t offset_ms_;  // of the machine's clock from the steady one, when it was read last
  base::Instant recorded_;
};

}  // namespace worker::store
