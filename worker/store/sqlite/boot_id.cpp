#include "store/sqlite/boot_id.hpp"

#include <fmt/format.h>

#include <fstream>

namespace worker::store {

std::string boot_id(const char* file) {
  std::string id;
  std::ifstream(file) >> id;
  return id;
}

std::optional<std::string> boot_id_warning(const StorageSettings& storage, const char* file) {
  if (storage.kind != StorageSettings::Kind::sqlite ||
      storage.durability == StorageSettings::Durability::full || !boot_id(file).empty())
    return std::nullopt;
  return fmt::format(
      "{} cannot be read, so a crash of the worker looks like a power failure: after each one every client "
      "gets a gap `lost`, although no event is lost. Make the file readable (systemd: remove "
      "ProcSubset=pid; chroot or container: mount /proc), or set store.durability to full",
      file);
}

}  // namespace worker::store
