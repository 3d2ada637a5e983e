// The SQLite store and time: when events were published, in a file that outlives the machine's clocks.
#include <algorithm>
#include <cstdlib>

#include "store/sqlite/sqlite_file.hpp"

namespace worker::store {
namespace {

using namespace std::chrono_literals;

// What the network's time service corrects bit by bit is no jump.
constexpr std::int64_t jump_min_ms = 1'000;
// How much of the second clock an unclean end may lose while nothing is published.
constexpr auto record_interval = 60s;

std::int64_t to_ms(auto duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

std::int64_t SqliteFile::now_ms() const { return to_ms(clock_.now().time_since_epoch()); }

std::int64_t SqliteFile::clock_offset() const { return to_ms(clock_.wall().time_since_epoch()) - now_ms(); }

std::int64_t SqliteFile::up_ms(base::Instant at) const { return up_ms_ + to_ms(at - since_); }

// Never after the present: nothing is younger than new.
base::Instant SqliteFile::instant(std::int64_t up_ms) const {
  return since_ - std::chrono::milliseconds(std::max<std::int64_t>(0, up_ms_ - up_ms));
}

std::int64_t SqliteFile::wall_ms(const log::Entry& entry) const {
  return entry.dated_ms() != 0 ? entry.dated_ms() : to_ms(entry.at().time_since_epoch()) + offset_ms_;
}

// In the same boot the steady clock says how long nobody had the file, and by how much somebody has set the
// other one meanwhile.
void SqliteFile::continue_clock() {
  std::int64_t jump = 0;
  {
    Statement hub(database_, "SELECT up_ms, boot, mono_ms, wall_ms FROM hub");
    if (!hub.next()) return;
    up_ms_ = hub.number(0);
    const auto steady = now_ms() - hub.number(2);
    if (boot_.empty() || hub.text(1) != boot_ || steady < 0) return;
    up_ms_ += steady;
    jump = now_ms() + offset_ms_ - hub.number(3) - steady;
  }
  if (std::abs(jump) >= jump_min_ms) correct(jump, 0);
}

void SqliteFile::track_clock(log::Sequence after) {
  const auto offset = clock_offset();
  const auto jump = offset - offset_ms_;
  if (std::abs(jump) < jump_min_ms) {
    if (clock_.now() - recorded_ >= record_interval) correct(0, after);
    return;
  }
  offset_ms_ = offset;
  correct(jump, after);
}

}  // namespace worker::store
