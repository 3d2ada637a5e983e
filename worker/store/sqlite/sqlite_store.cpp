#include "store/sqlite/sqlite_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/settings.hpp"
#include "store/sqlite/boot_id.hpp"
#include "store/sqlite/storage_access.hpp"
#include "store/write_batch.hpp"

namespace worker::store {
namespace {

using namespace std::chrono_literals;

// While nobody publishes, evicted events leave the file at least this often.
constexpr std::chrono::milliseconds housekeeping_interval = 1s;
// How often, at least, the store checks whether the file was moved or changed by another program, however
// much is published. What was answered since the last check is lost if the worker is killed before the next
// one.
constexpr auto inspection_interval = 1s;
constexpr Health::Pauses retry_pauses{.first = 250ms, .longest = 5s};
// If the clock cannot be used: see verify_checkpoint().
constexpr log::Sequence sequences_skipped_min = 1ULL << 32;

// Errors that remain until somebody repairs or moves the file. All others may pass without that.
bool is_of_the_file(int code) { return code == SQLITE_CORRUPT || code == SQLITE_NOTADB; }

// Errors that permissions may cause.
bool is_of_access(int code) {
  return code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM || code == SQLITE_IOERR;
}

}  // namespace

SqliteStore::SqliteStore(log::Log& log, const StorageSettings& storage, base::Logger& logger)
    : log_(log),
      clock_(log.clock()),
      mutex_(log.mutex()),
      history_(log.history()),
      storage_(storage),
      logger_(logger),
      health_("sqlite", logger, retry_pauses),
      queue_(log) {
  if (const auto warning = boot_id_warning(storage)) logger.warn("{}: store=sqlite", *warning);
  try {
    open();
  } catch (const SqliteError& error) {
    on_failed(error);
  }
  writer_ = std::jthread([this] { run(); });
}

SqliteStore::~SqliteStore() { SqliteStore::close(); }

void SqliteStore::append(std::vector<log::Draft> drafts, Done done) {
  queue_.push(std::move(drafts), std::move(done), health_.healthy());
}

void SqliteStore::close() {
  queue_.close();
  if (writer_.joinable()) writer_.join();
}

// --- the writer ---

void SqliteStore::run() {
  const auto timeout = [&] { return health_.healthy() ? housekeeping_interval : health_.retry_pause(); };
  while (auto appends = queue_.take(timeout())) {
    if (appends->empty() || inspection_is_due()) housekeeping();
    if (!appends->empty()) write(*appends);
  }
  end();
}

// Events that were answered must be found at the next start, even if the file was moved a moment ago, or
// could not be written to.
void SqliteStore::end() {
  if (log_.ready()) {
    housekeeping();
    if (!file_) housekeeping();
  }
  const bool orderly = file_ != nullptr;
  file_.reset();
  try {
    if (orderly) checkpoint_->record_clean_shutdown();
  } catch (const SqliteError& error) {
    logger_.error(
        "cannot record the clean shutdown; the next start will assume a power failure: store=sqlite "
        "error=\"{}\"",
        error.what());
  }
  checkpoint_.reset();
}

// Does `work` under the lock, and releases it after each part: the loops wait for this lock.
template <class Range, class Work>
void SqliteStore::in_parts(Range& range, const Work& work) {
  constexpr std::ptrdiff_t part = 256;
  for (auto next = range.begin(); next != range.end();) {
    const std::lock_guard lock(mutex_);
    const auto end = next + std::min<std::ptrdiff_t>(part, range.end() - next);
    for (; next != end; ++next) work(*next);
  }
}

void SqliteStore::write(std::vector<PendingAppend>& appends) {
  std::vector<std::vector<Kept>> results;
  results.reserve(appends.size());
  WriteBatch batch(history_);
  bool possible = health_.healthy();
  {
    const std::lock_guard lock(mutex_);
    changes_.merge(history_.take_changes());
  }
  for (auto& append : appends) {
    auto& kept = results.emplace_back();
    in_parts(append.drafts, [&](auto& draft) { kept.push_back(batch.add(std::move(draft), clock_.now())); });
  }
  auto rejection = Rejection::unavailable;
  try {
    if (possible) {
      file_->write(batch.entries(), changes_);
      rejection = Rejection::outcome_unknown;
      record_checkpoint(batch.entries());
    }
  } catch (const SqliteError& error) {
    on_failed(error);
    // The file may have events that the log lacks: open() has to write it anew.
    if (rejection == Rejection::outcome_unknown) file_.reset();
    possible = false;
  }
  if (!possible) return queue_.refuse(appends, rejection);
  in_parts(batch.entries(), [&](const auto& entry) { history_.add(entry); });
  log_.expire();
  log_.notify_followers();
  for (std::size_t i = 0; i < appends.size(); ++i) appends[i].done(std::move(results[i]));
  queue_.release(appends);
}

void SqliteStore::housekeeping() {
  const bool healthy = health_.healthy();
  {
    const std::lock_guard lock(mutex_);
    changes_.merge(history_.take_changes());
  }
  try {
    inspect();
    if (!file_) open();
    trust_clock();
    if (!healthy || !changes_.empty()) file_->write({}, changes_);
    if (healthy) return;
    health_.on_recovered(fmt::format("path={}", storage_.path));
    log_.notify_followers();
  } catch (const SqliteError& error) {
    on_failed(error);
  }
}

bool SqliteStore::inspection_is_due() const {
  return std::chrono::steady_clock::now() >= inspected_ + inspection_interval;
}

// Throws if the next process would not find what this one writes.
void SqliteStore::inspect() {
  inspected_ = std::chrono::steady_clock::now();
  const bool unlocked = checkpoint_ && checkpoint_->moved();
  if (unlocked) checkpoint_.reset();
  if (file_) file_->inspect();
  // Another worker may hold the lock that is there now.
  if (unlocked) {
    throw SqliteError(SQLITE_IOERR, fmt::format("{}.lock was moved, deleted or replaced while it was in use",
                                                storage_.path));
  }
}

// The dates of events of this process come from a clock that was watched all the time. The clock that dated
// restored events may have been wrong then, or may be wrong now.
void SqliteStore::trust_clock() {
  if (trust_clock_at_ && clock_.now() >= *trust_clock_at_) {
    const std::lock_guard lock(mutex_);
    history_.retention().trust_clock(base::unix_time(clock_));
    history_.trim();
    trust_clock_at_.reset();
    changes_.merge(history_.take_changes());
  }
  file_->track_clock(trust_clock_at_ ? restored_through_ : 0);
}

void SqliteStore::record_checkpoint(const std::vector<log::EntryPtr>& entries) {
  if (!entries.empty()) checkpoint_->record(file_->epoch(), entries.back()->sequence(), storage_.durability);
}

// The first time the file is loaded into the history. Later the history in memory counts, and the file is
// written anew from it.
void SqliteStore::open() {
  const bool ready = log_.ready();
  if (!ready) make_folder(storage_.path);
  close_to_others(storage_.path);
  const bool had_lock = checkpoint_.has_value();
  if (!had_lock) checkpoint_.emplace(storage_.path);
  auto store = std::make_unique<SqliteFile>(storage_.path, storage_.durability, clock_);
  if (!ready) {
    const bool fresh = store->epoch().empty();
    if (fresh) {
      store->rewrite(history_.epochs().name(), {}, {});
      checkpoint_->record(history_.epochs().name(), 0, storage_.durability);
    }
    log::Settings settings;
    {
      const std::lock_guard lock(mutex_);
      settings = history_.retention().settings();
    }
    auto loader = store->load(settings);
    if (!fresh) verify_checkpoint(loader);
    auto history = std::move(loader).finish();
    const std::lock_guard lock(mutex_);
    restored_through_ = history.epochs().last();
    trust_clock_at_ = clock_.now() + clock_distrust;
    history_.become(std::move(history));
    history_.trim();
    log_.set_ready();
    changes_.merge(history_.take_changes());
  } else {
    if (!store->epoch().empty() && store->epoch() != history_.epochs().name())
      throw SqliteError(SQLITE_NOTADB,
                        "it contains another history; restart the worker, or move the file away");
    if (!had_lock && store->last() > history_.epochs().last()) {
      checkpoint_.reset();
      throw SqliteError(SQLITE_NOTADB, "another worker has written to it; restart this worker");
    }
    rewrite(*store);
  }
  file_ = std::move(store);
  // Finds a file that can only be read now, before a publisher does.
  file_->write({}, changes_);
}

void SqliteStore::rewrite(SqliteFile& store) {
  std::vector<log::EntryPtr> entries;
  log::LogChanges marks;
  {
    const std::lock_guard lock(mutex_);
    entries = history_.retained().entries().read(0, std::string::npos);
    marks = all_changes(history_);
  }
  const auto last = marks.last;
  store.rewrite(history_.epochs().name(), entries, std::move(marks));
  checkpoint_->record(history_.epochs().name(), last, storage_.durability);
  changes_ = {};
}

// If the file may lack events that were stored, subscribers get a gap, and the sequences that may be used are
// skipped: the next one is the time in microseconds, which no number of events has reached.
void SqliteStore::verify_checkpoint(log::HistoryLoader& loader) const {
  const auto last = loader.epochs().last();
  const auto why = checkpoint_->missing_tail_reason(loader.epochs().name(), last);
  if (!why) return;
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(clock_.wall().time_since_epoch());
  const auto skipped = std::max(last, checkpoint_->last()) + sequences_skipped_min;
  loader.mark_missing_tail(
      std::max(skipped, static_cast<log::Sequence>(std::max<std::int64_t>(now.count(), 0))));
  logger_.warn(
      "the last events may be missing; returning subscribers get a gap: store=sqlite path={} reason=\"{}\"",
      storage_.path, *why);
}

void SqliteStore::on_failed(const SqliteError& error) {
  // After an error other than a full or locked file, the file is opened again.
  if (error.code() != SQLITE_FULL && error.code() != SQLITE_BUSY) {
    if (file_) file_->discard_wal();
    file_.reset();
  }
  auto reason = fmt::format("{}: {}", storage_.path, error.what());
  if (is_of_the_file(error.code())) reason += "; if the file is moved away, the worker creates a new one";
  if (is_of_access(error.code())) {
    if (const auto problem = storage_problem(storage_)) reason += "; " + *problem;
  }
  health_.on_failed(reason);
}

}  // namespace worker::store
