// Asker: the requests of one probe, as a reader sends them, each within its time. Owned by the Probe; one
// thread. Secrets go to the host that the operator named and to no other.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "client/answer.hpp"
#include "client/transfers.hpp"
#include "probe/options.hpp"

namespace worker::probe {

/// What the files of the command line hold.
struct Secrets {
  std::string key;
  std::vector<std::string> headers;
  std::string trust_file;
};

class Asker {
 public:
  using Done = std::function<bool(const client::Answer&)>;
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  /// All but the clock is borrowed for the probe's time.
  Asker(const Options& options, const Secrets& secrets, const base::Clock& clock);

  /// How long one answer may take.
  std::chrono::milliseconds patience() const { return patience_; }
  bool time_is_over() const { return clock_.now() >= deadline_; }
  /// It says nothing: the time of the probe was over before its own.
  bool is_cut_short(const client::Answer& answer) const {
    return answer.status == 0 && !answer.ending && time_is_over();
  }
  base::Instant now() const { return clock_.now(); }

  /// A request of a reader, for a stream.
  client::Request stream_request(const std::string& url) const;
  /// The same as a long poll that does not wait.
  client::Request poll_request(const std::string& url, const Parameters& parameters) const;
  client::Request publish_request(const std::string& url, std::string body) const;

  client::Transfer& start(client::Request request) { return transfers_.start(std::move(request)); }
  void stop(const client::Transfer& transfer) { transfers_.stop(transfer); }
  /// Until `done`, the end of the transfer, `longest`, or the end of the probe's time. Whether it is done.
  bool run(client::Transfer& transfer, const Done& done, std::chrono::milliseconds longest);
  /// The same for one that may take longer than the probe.
  bool run_for(client::Transfer& transfer, std::chrono::milliseconds time);
  /// A whole request; its answer may lack an end.
  client::Answer ask(client::Request request, const Done& done, std::chrono::milliseconds longest);
  client::Answer ask(client::Request request) { return ask(std::move(request), nullptr, patience_); }

 private:
  client::Request request(const std::string& url, const char* accept) const;

  const Options& options_;
  const Secrets& secrets_;
  const base::Clock& clock_;
  const std::chrono::milliseconds patience_;
  const base::Instant deadline_;
  client::Transfers transfers_;
};

}  // namespace worker::probe
