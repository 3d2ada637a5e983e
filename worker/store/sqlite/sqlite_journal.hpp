// SqliteJournal: the history in this process's memory and in a file of SQLite, from which the next process
// has it again. A thread of its own writes: whatever waits goes into one transaction, and is answered, and
// seen by readers, when that is on disk. While the file cannot be written to, everything else goes on:
// readers are served, publishes are refused at once with the reason, and the file is tried again and again.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/logger.hpp"
#include "store/held_journal.hpp"
#include "store/settings.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/witness.hpp"

namespace worker::store {

class SqliteJournal final : public HeldJournal {
 public:
  /// Reads the file, or is in trouble from the start. `epoch` is that of a new history.
  SqliteJournal(const log::Settings& settings, const StorageSettings& storage, std::string epoch,
                const base::Clock& clock, base::Logger& logger);
  ~SqliteJournal() override;

  /// `done` is called on the writer's thread, or before it returns where nothing can be kept.
  void append(std::vector<log::Draft> drafts, Done done) override;
  bool ready() const override;
  std::optional<std::string> trouble() const override;
  void close() override;

 private:
  void open();
  void examine(log::History& history) const;
  void run();
  bool wait(std::vector<Waiting>& taken);
  template <class Range, class Work>
  void in_parts(Range& range, const Work& work);
  void write(std::vector<Waiting> taken);
  void testify(const std::vector<log::EntryPtr>& entries);
  void housekeeping();
  bool inspection_is_due() const;
  void inspect();
  void settle();
  void rewrite(SqliteStore& store);
  void end();
  void failed(const SqliteError& error);
  void mended();

  const StorageSettings storage_;
  base::Logger& logger_;
  // The writer's thread only, once it runs.
  // For as long as this lives, whatever becomes of the file: another worker that wrote to it meanwhile would
  // be overwritten from this one's memory.
  std::optional<Witness> witness_;
  std::unique_ptr<SqliteStore> store_;
  log::Changes changes_;  // not yet in the file
  std::chrono::milliseconds pause_{0};
  std::chrono::steady_clock::time_point inspected_;
  std::optional<base::Instant> settles_at_;  // when the clock is believed about events from before
  log::Sequence restored_through_ = 0;

  // Guarded by mutex_, as the history is.
  bool ready_ = false;
  bool closing_ = false;
  std::optional<std::string> trouble_;
  std::vector<Waiting> waiting_;
  std::size_t taken_bytes_ = 0;  // by the writer, since it last came for more
  std::condition_variable changed_;

  std::jthread writer_;
};

}  // namespace worker::store
