#include "app/hooks.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>
#include <stdexcept>

#include "base/sip_hash.hpp"
#include "hooks/curl_library.hpp"
#include "hooks/signature.hpp"

namespace worker::app {
namespace {

// The same after a restart, and of no other worker: `web1:/run/sse-worker/sse-worker.sock`.
std::string worker_name(const hooks::Settings& settings, int listening) {
  if (!settings.worker.empty() || settings.url.empty()) return settings.worker;
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_UNIX) {
    const auto& path = reinterpret_cast<const sockaddr_un&>(address).sun_path;
    const auto end = std::find(std::begin(path), std::end(path), '\0');
    return fmt::format("{}:{}", host.data(), std::string(std::begin(path), end));
  }
  if (address.ss_family == AF_INET) {
    const auto& ip = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &ip.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}:{}", host.data(), text.data(), ntohs(ip.sin_port));
  }
  const auto& ip = reinterpret_cast<const sockaddr_in6&>(address);
  ::inet_ntop(AF_INET6, &ip.sin6_addr, text.data(), text.size());
  return fmt::format("{}:[{}]:{}", host.data(), text.data(), ntohs(ip.sin6_port));
}

}  // namespace

std::optional<std::string> hooks_problem(const hooks::Settings& settings) {
  if (settings.url.empty()) return std::nullopt;
  const auto curl = hooks::CurlLibrary::load();
  if (!curl) return curl.error();
  if (!hooks::signing_key(settings.key)) {
    return fmt::format(
        "hooks.key_file: in {}, `whsec_` must be followed by 24 to 64 bytes in base64. Make one with: echo "
        "\"whsec_$(openssl rand -base64 32)\"",
        settings.key_file);
  }
  return std::nullopt;
}

Hooks::Hooks(const hooks::Settings& settings, int listening, const base::Clock& clock, base::Logger& logger,
             hooks::Metrics& metrics)
    : readers_(settings, worker_name(settings, listening),
               fmt::format("{:016x}", base::SipKey::random().first), clock, metrics) {
  if (settings.url.empty()) return;
  const auto curl = hooks::CurlLibrary::load();
  if (!curl) throw std::runtime_error(curl.error());
  notifier_.emplace(curl.value(), settings, readers_, clock, std::random_device{}(), logger, metrics);
}

void Hooks::start() {
  if (notifier_) notifier_->start();
}

void Hooks::update(const hooks::Settings& settings) {
  readers_.update(settings);
  if (notifier_) notifier_->update(settings);
}

void Hooks::stop() {
  if (notifier_) notifier_->stop();
}

}  // namespace worker::app
