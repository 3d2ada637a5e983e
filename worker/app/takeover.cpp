#include "app/takeover.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/number.hpp"
#include "base/printable.hpp"
#include "base/signals.hpp"
#include "log/carried_history.hpp"

namespace worker::app {
namespace {

// The number of the memory file, for the program that takes over.
constexpr const char* variable = "SSE_WORKER_TAKEOVER";
// How long the program that takes over waits for a store that it has to read from elsewhere.
constexpr std::chrono::milliseconds store_patience{2'000};
constexpr std::chrono::milliseconds store_look_interval{1};

std::int64_t milliseconds_of(base::Instant::duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

void keep_open(int descriptor) { ::fcntl(descriptor, F_SETFD, 0); }

// Without what is of this process alone.
std::vector<std::string> environment_with(int image) {
  std::vector<std::string> environment;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view entry(*each);
    if (!entry.starts_with("LISTEN_") && !entry.starts_with(variable)) environment.emplace_back(entry);
  }
  environment.push_back(fmt::format("{}={}", variable, image));
  return environment;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const auto& each : texts) all.push_back(const_cast<char*>(each.c_str()));
  all.push_back(nullptr);
  return all;
}

}  // namespace

std::optional<TakeoverImage> inherited_image() {
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): start-up, one thread
  if (text == nullptr) return std::nullopt;
  const auto number = base::parse_number<int>(text);
  ::unsetenv(variable);  // NOLINT(concurrency-mt-unsafe)
  const bool possible = number && *number > STDERR_FILENO;
  auto image = TakeoverImage::read(base::UniqueFd(possible ? *number : -1));
  if (image) return std::move(image).value();
  base::report(fmt::format("sse-worker: {}; the streams of the process before are closed", image.error()));
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  return std::nullopt;
}

base::Result<net::ListeningSocket, std::string> inherited_listening(const TakeoverImage& image) {
  return net::ListeningSocket::taken_over(base::UniqueFd(STDIN_FILENO), image.listen_path);
}

Takeover::Takeover(Program program, std::string config_file, const TakeoverImage* image, Reactors& reactors,
                   Services& services, const Supervisor& supervisor)
    : program_(std::move(program)),
      config_file_(std::move(config_file)),
      reactors_(reactors),
      services_(services),
      clock_(services.clock),
      logger_(services.logger),
      refused_(services.registry.counter("sse_worker_takeovers_refused_total",
                                         "Takeovers that the installed program was not fit for.")),
      streams_(
          services.registry.gauge("sse_worker_takeover_streams", "Streams carried on by the last takeover.")),
      pause_(services.registry.gauge("sse_worker_takeover_pause_seconds",
                                     "How long the streams stood still during the last takeover.", {}, 1e-3)),
      supervisor_(supervisor),
      background_(reactors.first_loop()) {
  auto& takeovers = services.registry.counter(
      "sse_worker_takeovers_total", "Takeovers since the worker was started, over all its programs.");
  if (image == nullptr) return;
  number_ = image->number;
  takeovers.add(number_);
}

std::string Takeover::status() const {
  constexpr std::size_t problem_bytes_max = 1'000;
  auto text = fmt::format("takeovers={} refused={}", number_, refused_.value());
  if (!last_problem_.empty())
    text += fmt::format(" error=\"{}\"", base::printable(last_problem_, problem_bytes_max));
  return text;
}

// --- the process that goes ---

void Takeover::begin() {
  if (state_ != State::none) return logger_.info("takeover: one is under way");
  state_ = State::rehearsing;
  logger_.info("takeover: rehearsing: program={}", program_.path);
  background_.run([this] {
    return [this, problem = rehearse(program_, config_file_, [this] { return state_ == State::canceled; })] {
      on_rehearsed(problem);
    };
  });
}

void Takeover::on_rehearsed(const std::optional<std::string>& problem) {
  if (state_ != State::rehearsing) return;
  if (problem) {
    state_ = State::none;
    refused_.add();
    last_problem_ = *problem;
    logger_.error("takeover refused, this program continues: error=\"{}\"", *problem);
    return supervisor_.status(status());
  }
  state_ = State::settling;
  begun_ = clock_.now();
  reactors_.settle([this] { reactors_.first_loop().post([this] { on_settled(); }); });
}

void Takeover::on_settled() {
  if (state_ != State::settling) return;
  state_ = State::due;
  stopped_ = clock_.now();
  reactors_.stop();
}

bool Takeover::keeps(int signal) {
  if (!is_due()) return false;
  kept_signals_.push_back(signal);
  return true;
}

void Takeover::finish(const ListeningSockets& sockets) {
  auto& log = *services_.log;
  // What comes from now on waits for the next program; what has come is sent again.
  base::block_signals();
  services_.store->close();
  TakeoverWriter writer(number_ + 1, stopped_);
  std::size_t reactor = 0;
  for (auto& each : reactors_.all()) {
    each.carry([&](const auto& state, int socket) { writer.add(reactor, socket, state); });
    ++reactor;
  }
  if (!services_.store->outlives_process()) {
    const std::lock_guard lock(log.mutex());
    writer.set_history(log::packed(log.history()));
  }
  writer.set_revocations(services_.revocations.all());
  writer.set_listen_path(sockets.web_server.made_path());
  if (sockets.publish) writer.set_publish_socket(sockets.publish->descriptor(), sockets.publish->made_path());
  for (const int signal : kept_signals_) ::kill(::getpid(), signal);
  logger_.info("takeover: streams={} connections={} accept_pause_ms={} pause_ms={}", writer.streams(),
               writer.count(), milliseconds_of(clock_.now() - begun_),
               milliseconds_of(clock_.now() - stopped_));
  logger_.flush();
  try {
    const auto image = writer.write();
    execute(image.get(), sockets.web_server.descriptor(), writer.descriptors());
    logger_.critical("takeover failed, the streams end: error=\"{}: {}\"", program_.path,
                     std::generic_category().message(errno));
  } catch (const std::system_error& error) {
    logger_.critical("takeover failed, the streams end: error=\"{}\"", error.what());
  }
}

// Returns where exec fails. The listening socket becomes descriptor 0: there a worker looks for it first,
// also one that knows nothing of takeovers.
void Takeover::execute(int image, int listening, const std::vector<int>& descriptors) const {
  const auto environment = environment_with(image);
  for (const int each : descriptors) keep_open(each);
  keep_open(image);
  if (listening == STDIN_FILENO) {
    keep_open(listening);
  } else {
    ::dup2(listening, STDIN_FILENO);
  }
  ::execve(program_.path.c_str(), pointers(program_.arguments).data(), pointers(environment).data());
}

// --- the process that continues ---

void Takeover::continue_with(TakeoverImage image) {
  const auto until = clock_.now() + store_patience;
  while (!services_.log->ready() && clock_.now() < until) std::this_thread::sleep_for(store_look_interval);
  services_.revocations.add(image.revocations);
  auto& reactors = reactors_.all();
  std::size_t streams = 0;
  for (auto& [reactor, socket, state] : image.connections) {
    streams += state.source ? 1 : 0;
    reactors[reactor % reactors.size()].continue_with(std::move(socket), state);
  }
  std::size_t ended = 0;
  for (const auto& each : reactors) ended += each.ended_streams();
  const auto pause = milliseconds_of(clock_.now() - image.begun);
  streams_.set(static_cast<std::int64_t>(streams - ended));
  pause_.set(pause);
  logger_.info("took over: number={} streams={} ended={} connections={} pause_ms={}", number_,
               streams - ended, ended, image.connections.size(), pause);
}

}  // namespace worker::app
