#include "store/sqlite/witness.hpp"

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

// The journal's file itself would not do: closing a descriptor of it drops SQLite's own locks.
Witness::Witness(const std::string& path)
    : path_(path + ".lock"),
      file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)),
      boot_(boot_id()) {
  if (!file_)
    throw SqliteError(SQLITE_CANTOPEN, fmt::format("{}: {}", path_, std::generic_category().message(errno)));
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0)
    throw SqliteError(SQLITE_BUSY, "another process holds the file; one worker writes to it at a time");
  said_ = parse(read_all(file_.get()));
}

std::optional<std::string> Witness::doubt(const std::string& epoch, log::Sequence last) const {
  if (!said_) return fmt::format("{} does not say how far it had come", path_);
  if (said_->epoch != epoch) return fmt::format("{} speaks of another history", path_);
  if (said_->last > last) return fmt::format("it ends with {}, and had come to {}", last, said_->last);
  const bool through_the_end_of_power = said_->durability == Durability::full;
  if (!said_->open || through_the_end_of_power || (said_->boot == boot_ && !boot_.empty()))
    return std::nullopt;
  return "the machine stopped before it was closed, and durability is not full";
}

bool Witness::moved() const { return FileIdentity::of(path_) != FileIdentity::of(file_.get()); }

void Witness::kept(const std::string& epoch, log::Sequence last, Durability durability) {
  if (begun_ && said_->epoch == epoch) {
    said_->last = last;
    write(fmt::format("{:020}", last));
    return;
  }
  said_ = Said{last, true, durability, boot_, epoch};
  write_through(text());
  begun_ = true;
}

void Witness::closed() {
  if (!begun_) return;
  said_->open = false;
  write_through(text());
}

// --- one line: the number first, so that it can be written alone ---

std::string Witness::text() const {
  return fmt::format("{:020} {:<6} {:<7} {} {}\n", said_->last, said_->open ? "open" : "closed",
                     said_->durability == Durability::full ? "full" : "process",
                     said_->boot.empty() ? "-" : said_->boot, said_->epoch);
}

std::optional<Witness::Said> Witness::parse(const std::string& text) {
  std::istringstream words(text);
  Said said;
  std::string state, durability;
  if (text.starts_with('-') || !(words >> said.last >> state >> durability >> said.boot >> said.epoch))
    return std::nullopt;
  if ((state != "open" && state != "closed") || (durability != "full" && durability != "process"))
    return std::nullopt;
  said.open = state == "open";
  said.durability = durability == "full" ? Durability::full : Durability::process;
  return said;
}

// A few bytes at one place: the file does not grow, and no reader sees a half of them.
void Witness::write(const std::string& text) {
  if (::pwrite(file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) fail(path_);
}

void Witness::write_through(const std::string& text) {
  write(text);
  if (::ftruncate(file_.get(), static_cast<off_t>(text.size())) != 0 || ::fdatasync(file_.get()) != 0)
    fail(path_);
}

}  // namespace worker::store
