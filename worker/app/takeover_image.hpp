// TakeoverImage: what a process leaves for the one that takes over: its sockets, and the state of each
// connection, in a sealed memory file that both have. Values; start-up and end of a process only, on one
// thread. What is read is checked as if it came from outside: the file has to be sealed, every length and
// number has to fit, and every descriptor has to be a socket of the right kind that occurs once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/packed.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "fcgi/carried_connection.hpp"

namespace worker::app {

/// Changes with everything that is written or read here, or in fcgi/carried_connection.hpp and
/// api/stream/carried_stream.hpp; and when streams are carried that an earlier program would continue with
/// wrongly. 2: streams that presence and hooks count.
constexpr unsigned takeover_version = 2;
/// The oldest version that is still read; its form is the same.
constexpr unsigned takeover_version_min = 1;

struct TakeoverImage {
  struct Connection {
    /// Of the reactor that had it.
    std::size_t reactor = 0;
    base::UniqueFd socket{};
    fcgi::CarriedConnection state{};
  };

  /// Takeovers since the first process, this one included.
  std::uint64_t number = 0;
  /// When the process before stopped to accept.
  base::Instant begun{};
  /// The files that the process before made for its sockets; empty where it made none.
  std::string listen_path{}, publish_path{};
  /// None: there is no local publish socket.
  base::UniqueFd publish_socket{};
  /// Where no store keeps it (log/carried_history.hpp); empty where one does.
  std::string history{};
  /// Of api::Revocations.
  std::vector<std::pair<std::string, base::Instant>> revocations{};
  std::vector<Connection> connections{};

  /// Reads the memory file. On failure the sentence says what is wrong, and nothing is owned.
  static base::Result<TakeoverImage, std::string> read(const base::UniqueFd& file);
};

/// Writes an image.
class TakeoverWriter {
 public:
  explicit TakeoverWriter(std::uint64_t number, base::Instant begun) : number_(number), begun_(begun) {}

  /// -1: there is none.
  void set_publish_socket(int socket, std::string path) {
    publish_socket_ = socket;
    publish_path_ = std::move(path);
  }
  void set_listen_path(std::string path) { listen_path_ = std::move(path); }
  void set_history(std::string history) { history_ = std::move(history); }
  void set_revocations(std::vector<std::pair<std::string, base::Instant>> revocations) {
    revocations_ = std::move(revocations);
  }
  void add(std::size_t reactor, int socket, const fcgi::CarriedConnection& state);
  std::size_t count() const { return sockets_.size(); }
  std::size_t streams() const { return streams_; }
  /// All descriptors that the next process needs, but for that of the file.
  std::vector<int> descriptors() const;
  /// The sealed file. Throws std::system_error where the system gives none.
  base::UniqueFd write();

 private:
  std::size_t blob(const base::Bytes& bytes);
  std::size_t shared_blob(const base::Bytes& bytes);

  const std::uint64_t number_;
  const base::Instant begun_;
  int publish_socket_ = -1;
  std::string listen_path_, publish_path_;
  std::string history_;
  std::vector<std::pair<std::string, base::Instant>> revocations_;
  std::vector<int> sockets_;
  std::size_t streams_ = 0;
  base::PackedWriter connections_;
  // Bytes that several connections have are written once.
  std::vector<base::Bytes> blobs_;
  std::unordered_map<const std::string*, std::size_t> blob_of_;
  std::unordered_map<std::string_view, std::size_t> blob_with_;
};

}  // namespace worker::app
