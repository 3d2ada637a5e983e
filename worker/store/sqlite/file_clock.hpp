// FileClock: when events were published, in a file that outlives the machine's clocks. It reads two clocks:
// the machine's, which may be set, and one that only rises, which belongs to the file: the time for which
// workers have had it open, and the time between them unless the machine was booted meanwhile. A value
// without I/O; SqliteFile owns it, one thread at a time.
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
    std::string_view boot;       // what the machine called its boot; borrowed
    std::int64_t steady_ms = 0;  // the steady clock of that boot
    std::int64_t wall_ms = 0;    // Unix time
  };

  /// The file's clock begins at 0 now, and stands on `boot`, see boot_id().
  FileClock(const base::Clock& clock, std::string boot);

  /// Continues from what the file has recorded. In the same boot the steady clock says how long nobody had
  /// the file, and by how much somebody has set the machine's clock meanwhile: returns that, and 0 if nobody
  /// has, or if it is not known.
  std::int64_t resume(const Reading& recorded);
  /// By how much the machine's clock was set since the last call, or since construction; 0 if it was not.
  std::int64_t take_jump();

  Reading reading() const;
  /// The file has recorded a reading.
  void on_recorded() { recorded_ = clock_.now(); }
  /// The last one is so old that an unclean end would lose too much of the file's clock.
  bool is_record_due() const;

  /// When an entry was published, Unix time.
  std::int64_t wall_ms(const log::Entry& entry) const;
  /// The same by the file's clock, and back: never after the present, for nothing is younger than new.
  std::int64_t up_ms(base::Instant at) const;
  base::Instant instant(std::int64_t up_ms) const;

 private:
  std::int64_t steady_ms() const;
  std::int64_t offset_ms() const;

  const base::Clock& clock_;
  const std::string boot_;
  const base::Instant since_;
  std::int64_t up_ms_ = 0;  // the file's clock, at since_
  std::int64_t offset_ms_;  // of the machine's clock from the steady one, when it was looked at last
  base::Instant recorded_;
};

}  // namespace worker::store
