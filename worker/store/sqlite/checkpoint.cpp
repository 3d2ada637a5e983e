#include "store/sqlite/checkpoint.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <array>
#include <cerrno>
#include <sstream>
#include <system_error>

#include "store/sqlite/boot_id.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/file_watch.hpp"

namespace worker::store {
namespace {

using Durability = StorageSettings::Durability;

std::string read_all(int file) {
  std::array<char, 512> text{};
  const auto size = ::pread(file, text.data(), text.size(), 0);
  return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

[[noreturn]] void fail(const std::string& path) {
  const int code = errno == ENOSPC || errno == EDQUOT ? SQLITE_FULL : SQLITE_IOERR;
  throw SqliteError(code, fmt::format("{}: {}", path, std::generic_category().message(errno)));
}

}  // namespace

// A lock on the database itself would not work: closing any descriptor of it releases SQLite's own locks.
Checkpoint::Checkpoint(const std::string& path)
    : path_(path + ".lock"),
      file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)),
      boot_(boot_id()) {
  if (!file_)
    throw SqliteError(SQLITE_CANTOPEN, fmt::format("{}: {}", path_, std::generic_category().message(errno)));
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0)
    throw SqliteError(SQLITE_BUSY, "another process uses the file; only one worker can write to it");
  record_ = parse(read_all(file_.get()));
}

std::optional<std::string> Checkpoint::missing_tail_reason(const std::string& epoch,
                                                           log::Sequence last) const {
  if (!record_) return fmt::format("{} is unreadable", path_);
  if (record_->epoch != epoch) return fmt::format("{} belongs to another history", path_);
  if (record_->last > last)
    return fmt::format("it ends at sequence {}, but sequence {} was recorded", last, record_->last);
  const bool survives_power_failure = record_->durability == Durability::full;
  if (!record_->open || survives_power_failure || (record_->boot == boot_ && !boot_.empty()))
    return std::nullopt;
  return "the machine stopped without a clean shutdown, and durability is not full";
}

bool Checkpoint::moved() const { return FileIdentity::of(path_) != FileIdentity::of(file_.get()); }

void Checkpoint::record(const std::string& epoch, log::Sequence last, Durability durability) {
  if (begun_ && record_->epoch == epoch) {
    record_->last = last;
    write(fmt::format("{:020}", last));
    return;
  }
  record_ = Record{last, true, durability, boot_, epoch};
  write_through(text());
  begun_ = true;
}

void Checkpoint::record_clean_shutdown() {
  if (!begun_) return;
  record_->open = false;
  write_through(text());
}

// --- one line; the number comes first, so that it can be written alone ---

std::string Checkpoint::text() const {
  return fmt::format("{:020} {:<6} {:<7} {} {}\n", record_->last, record_->open ? "open" : "closed",
                     record_->durability == Durability::full ? "full" : "process",
                     record_->boot.empty() ? "-" : record_->boot, record_->epoch);
}

std::optional<Checkpoint::Record> Checkpoint::parse(const std::string& text) {
  std::istringstream words(text);
  Record record;
  std::string state, durability;
  if (text.starts_with('-') || !(words >> record.last >> state >> durability >> record.boot >> record.epoch))
    return std::nullopt;
  if ((state != "open" && state != "closed") || (durability != "full" && durability != "process"))
    return std::nullopt;
  record.open = state == "open";
  record.durability = durability == "full" ? Durability::full : Durability::process;
  return record;
}

// A few bytes at one place: the file does not grow, and whoever reads it never sees half of them.
void Checkpoint::write(const std::string& text) {
  if (::pwrite(file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) fail(path_);
}

void Checkpoint::write_through(const std::string& text) {
  write(text);
  if (::ftruncate(file_.get(), static_cast<off_t>(text.size())) != 0 || ::fdatasync(file_.get()) != 0)
    fail(path_);
}

}  // namespace worker::store
