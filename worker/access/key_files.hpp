// KeyFiles: the keys that the configuration names, read from it and from their files. Owned by whoever
// reloads them; one thread. What cannot be read changes nothing: the verifier keeps the keys that it has.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/key_set.hpp"
#include "access/settings.hpp"
#include "access/token_verifier.hpp"
#include "base/result.hpp"

namespace worker::access {

/// Larger files are refused.
inline constexpr std::size_t key_file_bytes_max = 1'048'576;

class KeyFiles {
 public:
  explicit KeyFiles(std::vector<KeySource> sources);

  /// Reads every source. Fails with one sentence that names the line of the configuration, the file, and the
  /// place in it where there is one; never with a part of a key.
  base::Result<LoadedKeys, std::string> load();
  /// The same, into `verifier`; it keeps its keys where this fails. The warnings are for the operator.
  base::Result<std::vector<std::string>, std::string> reload(TokenVerifier& verifier);

  /// Whether a file is another one than at the last load(), by its time, size and inode; stat() only. A file
  /// that could not be read is tried again once it changes.
  bool changed() const;

 private:
  /// What tells one version of a file from another.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;

    bool operator==(const Stamp&) const = default;
  };
  struct Source {
    KeySource settings;
    /// None for a secret in the configuration, and for a file that is not there.
    std::optional<Stamp> stamp;
  };

  static std::optional<Stamp> stamp_of(const std::string& path);

  std::vector<Source> sources_;
};

/// A key that signs, from a private PEM file or a private JWK. Fails with a sentence that begins with `file`.
base::Result<Key, std::string> read_signing_key(const std::string& file, std::optional<Algorithm> algorithm);

/// The secret in `file`, without the line break at its end, as a key.
base::Result<Key, std::string> read_secret_key(const std::string& file, std::optional<Algorithm> algorithm);

}  // namespace worker::access
