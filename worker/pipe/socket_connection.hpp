// SocketConnection: a connection to the local publish socket of a worker on this machine
// (worker/local/local_publisher.hpp): lines in both directions, without HTTP.
#pragma once

#include <string>
#include <utility>

#include "base/unique_fd.hpp"
#include "pipe/connection.hpp"
#include "pipe/options.hpp"

namespace worker::pipe {

class SocketConnection final : public Connection {
 public:
  /// Bytes of lines that may be unanswered.
  static constexpr std::size_t unanswered_bytes_max = 1'048'576;

  /// Connects to `options.socket`. `lines` is borrowed.
  SocketConnection(const Options& options, Unanswered& lines);

  void wait(std::span<pollfd> others, std::chrono::milliseconds timeout) override;
  std::string take_received() override { return std::exchange(received_, {}); }
  void finish() override { finishes_ = true; }
  bool is_open() const override { return is_open_; }
  std::optional<Ending> ending() const override { return ending_; }

 private:
  void send();
  void receive();
  bool has_unsent() const { return !defaults_.empty() || !lines_.unsent().empty(); }

  base::UniqueFd socket_;
  Unanswered& lines_;
  std::string defaults_;  // the first line, as far as it is not sent
  std::string received_;
  std::optional<Ending> ending_;
  bool is_open_ = false;
  bool finishes_ = false;
  bool is_shut_ = false;  // nothing more can be sent
};

}  // namespace worker::pipe
