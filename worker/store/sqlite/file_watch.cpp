#include "store/sqlite/file_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

namespace worker::store {

FileIdentity FileIdentity::of(const std::string& path) {
  struct stat file {};
  return ::stat(path.c_str(), &file) == 0 ? FileIdentity{file.st_dev, file.st_ino} : FileIdentity{};
}

FileIdentity FileIdentity::of(int descriptor) {
  struct stat file {};
  return ::fstat(descriptor, &file) == 0 ? FileIdentity{file.st_dev, file.st_ino} : FileIdentity{};
}

FileWatch::FileWatch(std::string database, const std::vector<std::string>& beside)
    : database_{std::move(database), {}} {
  database_.identity = FileIdentity::of(database_.path);
  for (const auto& path : beside) beside_.push_back({path, FileIdentity::of(path)});
  set_baseline();
}

bool FileWatch::database_moved() const {
  return FileIdentity::of(database_.path) != database_.identity || database_.identity.inode == 0;
}

std::optional<std::string> FileWatch::moved() const {
  const auto moved = [](const File& file, const char* name) -> std::optional<std::string> {
    const auto now = FileIdentity::of(file.path);
    if (now == file.identity && now.inode != 0) return std::nullopt;
    return fmt::format("{} was {} while it was in use", name,
                       now.inode == 0 ? "moved or deleted" : "replaced");
  };
  if (const auto what = moved(database_, "the file")) return what;
  for (const auto& file : beside_) {
    if (const auto what = moved(file, file.path.c_str())) return what;
  }
  return std::nullopt;
}

bool FileWatch::written() const {
  const auto now = content();
  return now.size != content_.size || now.changed.tv_sec != content_.changed.tv_sec ||
         now.changed.tv_nsec != content_.changed.tv_nsec;
}

void FileWatch::set_baseline() { content_ = content(); }

FileWatch::Content FileWatch::content() const {
  struct stat file {};
  if (::stat(database_.path.c_str(), &file) != 0) return {};
  return {file.st_size, file.st_mtim};
}

void FileWatch::remove_beside() const {
  for (const auto& file : beside_) {
    if (FileIdentity::of(file.path) == file.identity) ::unlink(file.path.c_str());
  }
}

}  // namespace worker::store
