#include "fcgi/decoder.hpp"

#include <fastcgi.h>
#include <fcgiapp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>

#include "fcgi/path.hpp"
#include "fcgi/record.hpp"

namespace worker::fcgi {
namespace {

constexpr std::uint16_t any_id = 1;
constexpr off_t file_bytes_max = 262'144;

base::UniqueFd memory_file() {
  base::UniqueFd file(::memfd_create("request-head", MFD_CLOEXEC));
  if (!file) throw std::system_error(errno, std::generic_category(), "memfd_create");
  return file;
}

std::string head_records(std::string_view params) {
  std::string head;
  head.reserve(params.size() + header_bytes * (4 + params.size() / content_bytes_max));
  append_begin(head, any_id);
  while (!params.empty()) {
    const auto piece = params.substr(0, content_bytes_max);
    append_record(head, FCGI_PARAMS, any_id, piece);
    params.remove_prefix(piece.size());
  }
  append_record(head, FCGI_PARAMS, any_id, {});
  return head;
}

// HTTP_LAST_EVENT_ID → last-event-id
std::string header_name(std::string_view parameter) {
  std::string name(parameter);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    if (c == '_') return '-';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name;
}

void apply(http::Request& request, std::string_view name, std::string_view value) {
  constexpr std::string_view header_prefix = "HTTP_";
  if (name == "REQUEST_METHOD") {
    request.method = value;
  } else if (name == "QUERY_STRING") {
    request.query = http::Query::parse(value);
  } else if (name == "CONTENT_TYPE") {
    request.content_type = value;
  } else if (name == "CONTENT_LENGTH") {
    request.content_length = value;
  } else if (name == "REMOTE_ADDR") {
    request.remote_address = http::RemoteAddress::parse(value);
  } else if (name == "SSE_GRANT") {
    request.grant = value;
  } else if (name == "SSE_HANDOVER") {
    request.handed_over = !value.empty() && value != "0";
  } else if (name == "SSE_WORKER_SITE_NAME") {
    request.site_name = value;
  } else if (name.starts_with(header_prefix)) {
    request.headers.emplace(header_name(name.substr(header_prefix.size())), value);
  }
}

}  // namespace

Decoder::Decoder() : file_(memory_file()) {
  ::FCGX_Init();
  // It catches SIGTERM and SIGUSR1 to set a flag that only its own accept loop reads.
  std::signal(SIGTERM, SIG_DFL);
  for (const int signal : {SIGPIPE, SIGUSR1}) std::signal(signal, SIG_IGN);
}

void Decoder::start_file() {
  file_ = memory_file();
  written_ = 0;
}

base::Result<http::Request, Refusal> Decoder::decode(std::string_view params) {
  const auto head = HeadCache::split(params);
  if (auto known = head ? cache_.find(*head) : std::nullopt) return *std::move(known);
  auto request = decode_with_libfcgi(params);
  if (request && head) cache_.keep(*head, request.value());
  return request;
}

base::Result<http::Request, Refusal> Decoder::decode_with_libfcgi(std::string_view params) {
  const auto head = head_records(params);
  // Each head is written behind the one before, where reading has ended: that takes two system calls, and
  // libfcgi cannot read beyond the head, as the file ends there.
  if (written_ > file_bytes_max &&
      (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0)) {
    start_file();
  } else if (written_ > file_bytes_max) {
    written_ = 0;
  }
  const auto size = static_cast<ssize_t>(head.size());
  if (::pwrite(file_.get(), head.data(), head.size(), written_) != size) {
    start_file();
    return base::failure(Refusal::params);
  }
  written_ += size;
  FCGX_Request decoded;
  ::FCGX_InitRequest(&decoded, -1, 0);
  decoded.keepConnection = 1;  // or its first act is to close the descriptor
  decoded.ipcFd = file_.get();
  decoded.detached = 1;  // or closing it would linger for two seconds
  if (::FCGX_Accept_r(&decoded) != 0) {
    file_.release();  // closed by libfcgi
    start_file();
    return base::failure(Refusal::params);
  }
  http::Request request;
  Path path;
  for (char** entry = decoded.envp; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    path.apply(text.substr(0, equals), text.substr(equals + 1));
    apply(request, text.substr(0, equals), text.substr(equals + 1));
  }
  request.path = path.text();
  if (request.handed_over) request.original_query = http::Query::parse(path.original_query());
  ::FCGX_Free(&decoded, 0);
  return request;
}

}  // namespace worker::fcgi
