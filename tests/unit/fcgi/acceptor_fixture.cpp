#include "unit/fcgi/acceptor_fixture.hpp"

#include <fcntl.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/un.h>

#include <sstream>

#include "fcgi/acceptor.hpp"

namespace worker::fcgi {

struct AcceptorFixture::World {
  explicit World(AcceptorFixture& owner)
      : loop(owner.clock),
        listening(listen()),
        acceptor(loop, listening.get(), owner.endpoint, owner.settings, owner.metrics, logger, random,
                 decoder, owner.totals) {
    logger.set_pattern("%l: %v");
    logger.set_level(spdlog::level::debug);
  }

  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&name); }

  // Without a name the kernel chooses one that is no file.
  base::UniqueFd listen() {
    base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    name.sun_family = AF_UNIX;
    ::bind(socket.get(), address(), sizeof name.sun_family);
    ::listen(socket.get(), 128);
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &name_size);
    return socket;
  }

  Decoder decoder;
  net::Loop loop;
  std::ostringstream logged;
  base::Logger logger{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(logged)};
  base::Random random{1};
  sockaddr_un name{};
  socklen_t name_size = sizeof name;
  base::UniqueFd listening;
  bool opened = false;
  Acceptor acceptor;
};

AcceptorFixture::AcceptorFixture(const Settings& chosen)
    : settings(chosen), world_(std::make_unique<World>(*this)) {}

AcceptorFixture::~AcceptorFixture() = default;

void AcceptorFixture::settle() {
  for (int i = 0; i < 20; ++i) world_->loop.run_ready();
}

void AcceptorFixture::post(std::function<void()> task) { world_->loop.post(std::move(task)); }

void AcceptorFixture::advance(std::chrono::milliseconds by) {
  clock.advance(by);
  settle();
}

Peer AcceptorFixture::connect() {
  Peer peer = connect_unseen();
  settle();
  return peer;
}

Peer AcceptorFixture::connect_unseen() {
  if (!std::exchange(world_->opened, true)) world_->acceptor.start();
  base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  BOOST_REQUIRE_EQUAL(::connect(socket.get(), world_->address(), world_->name_size), 0);
  return Peer(std::move(socket));
}

void AcceptorFixture::make_listening_wait() { ::fcntl(world_->listening.get(), F_SETFL, 0); }

void AcceptorFixture::send(Peer& peer, std::string_view bytes) {
  peer.send(bytes);
  settle();
}

std::string AcceptorFixture::answer_to(Peer& peer, std::string_view bytes) {
  send(peer, bytes);
  return peer.received();
}

void AcceptorFixture::begin_drain(std::chrono::milliseconds window, std::chrono::milliseconds least,
                                  std::chrono::milliseconds most, std::function<void()> done) {
  world_->acceptor.drain(window, {least, most}, std::move(done));
}

void AcceptorFixture::begin_settle(std::chrono::milliseconds window, std::function<void()> done) {
  world_->acceptor.settle(
      window, {1s, 1s}, [] { return true; }, std::move(done));
}

void AcceptorFixture::carry_to(AcceptorFixture& next) {
  world_->acceptor.carry([&](const CarriedConnection& carried, int socket) {
    next.world_->acceptor.continue_with(base::UniqueFd(::fcntl(socket, F_DUPFD_CLOEXEC, 0)), carried,
                                        [&](http::Exchange& exchange, const http::CarriedSource& source) {
                                          BOOST_TEST(*source.shared == "shared");
                                          BOOST_TEST(source.own == "own");
                                          next.endpoint.continue_with(exchange);
                                        });
  });
}

std::string AcceptorFixture::news() {
  auto text = world_->logged.str();
  world_->logged.str({});
  return text;
}

std::uint64_t AcceptorFixture::refused(Refusal reason) const {
  return metrics.refused[static_cast<std::size_t>(reason)]->value();
}

std::uint64_t AcceptorFixture::refused() const {
  std::uint64_t sum = 0;
  for (const auto* counter : metrics.refused) sum += counter->value();
  return sum;
}

std::uint64_t AcceptorFixture::ended(StreamEnd how) const {
  return metrics.stream_closes[static_cast<std::size_t>(how)]->value();
}

}  // namespace worker::fcgi
