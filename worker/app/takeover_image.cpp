#include "app/takeover_image.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

namespace worker::app {
namespace {

constexpr std::uint64_t magic = 0x656b617473737377;
constexpr int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
constexpr std::size_t path_bytes_max = 107;  // sockaddr_un

std::uint64_t number_of(base::Instant instant) {
  return static_cast<std::uint64_t>(instant.time_since_epoch().count());
}

base::Instant instant_of(std::uint64_t number) {
  return base::Instant(base::Instant::duration(static_cast<base::Instant::rep>(number)));
}

std::system_error failed(const char* call) { return {errno, std::generic_category(), call}; }

void write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw failed("write to a memory file");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// The content of a file, as long as it lives.
class Mapped {
 public:
  explicit Mapped(int file) {
    struct stat status {};
    if (::fstat(file, &status) != 0 || status.st_size <= 0) return;
    size_ = static_cast<std::size_t>(status.st_size);
    auto* at = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    if (at != MAP_FAILED) at_ = at;
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() {
    if (at_ != nullptr) ::munmap(at_, size_);
  }
  std::string_view bytes() const {
    return at_ == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(at_), size_);
  }

 private:
  void* at_ = nullptr;
  std::size_t size_ = 0;
};

bool is_stream_socket(int fd, bool listening) {
  int type = 0, accepts = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) return false;
  size = sizeof accepts;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && (accepts != 0) == listening;
}

// The descriptors that an image names, each once.
class Descriptors {
 public:
  // Owns it from now on; nothing where it is no such socket.
  base::UniqueFd take(std::uint64_t number, bool listening) {
    constexpr std::uint64_t first = 3, most = 1U << 30U;
    if (number < first || number > most) return {};
    const auto fd = static_cast<int>(number);
    if (!is_stream_socket(fd, listening) || !taken_.insert(fd).second) return {};
    if (!closed_by_exec_) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    return base::UniqueFd(fd);
  }

 private:
  // All at once, where the kernel can: there may be thousands, and the streams wait.
  const bool closed_by_exec_ = ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
  std::unordered_set<int> taken_;
};

// None: the image is wrong.
std::optional<fcgi::CarriedConnection> parse_connection(base::PackedReader& reader,
                                                        const std::vector<base::Bytes>& blobs) {
  const auto blob = [&]() -> base::Bytes {
    const auto number = reader.number();
    return number < blobs.size() ? blobs[static_cast<std::size_t>(number)] : nullptr;
  };
  fcgi::CarriedConnection state;
  state.request_id = static_cast<std::uint16_t>(reader.number(0xffff));
  state.keeps = reader.flag();
  if (reader.flag()) {
    state.source.emplace();
    state.source->shared = blob();
    state.source->own = reader.text();
    if (!state.source->shared || state.request_id == 0) return std::nullopt;
  }
  for (auto left = reader.count(); left > 0 && !reader.failed(); --left) {
    auto bytes = blob();
    const auto offset = reader.number();
    // Only the first one has begun to leave.
    if (!bytes || offset >= bytes->size() || (offset > 0 && !state.unsent.empty())) return std::nullopt;
    state.unsent.emplace_back(std::move(bytes), static_cast<std::size_t>(offset));
  }
  if (reader.failed()) return std::nullopt;
  return state;
}

}  // namespace

// --- writing ---

std::size_t TakeoverWriter::blob(const base::Bytes& bytes) {
  const auto [place, fresh] = blob_of_.try_emplace(bytes.get(), blobs_.size());
  if (fresh) blobs_.push_back(bytes);
  return place->second;
}

std::size_t TakeoverWriter::shared_blob(const base::Bytes& bytes) {
  const auto found = blob_with_.find(*bytes);
  if (found != blob_with_.end()) return found->second;
  const auto number = blob(bytes);
  return blob_with_.emplace(*blobs_[number], number).first->second;
}

void TakeoverWriter::add(std::size_t reactor, int socket, const fcgi::CarriedConnection& state) {
  sockets_.push_back(socket);
  auto& writer = connections_;
  writer.number(reactor);
  writer.number(static_cast<std::uint64_t>(socket));
  writer.number(state.request_id);
  writer.number(state.keeps ? 1 : 0);
  writer.number(state.source ? 1 : 0);
  if (state.source) {
    ++streams_;
    writer.number(shared_blob(state.source->shared));
    writer.text(state.source->own);
  }
  writer.number(state.unsent.size());
  for (const auto& [bytes, offset] : state.unsent) {
    writer.number(blob(bytes));
    writer.number(offset);
  }
}

std::vector<int> TakeoverWriter::descriptors() const {
  auto all = sockets_;
  if (publish_socket_ >= 0) all.push_back(publish_socket_);
  return all;
}

base::UniqueFd TakeoverWriter::write() {
  base::UniqueFd file(::memfd_create("sse-worker-takeover", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) throw failed("memfd_create");
  base::PackedWriter writer;
  writer.number(magic);
  writer.number(takeover_version);
  writer.number(number_);
  writer.number(number_of(begun_));
  writer.text(listen_path_);
  writer.text(publish_path_);
  writer.number(publish_socket_ < 0 ? 0 : 1);
  writer.number(publish_socket_ < 0 ? 0 : static_cast<std::uint64_t>(publish_socket_));
  writer.number(revocations_.size());
  for (const auto& [subject, until] : revocations_) {
    writer.text(subject);
    writer.number(number_of(until));
  }
  writer.number(history_.size());
  write_all(file.get(), writer.take());
  write_all(file.get(), history_);
  writer.number(blobs_.size());
  write_all(file.get(), writer.take());
  for (const auto& each : blobs_) {
    writer.number(each->size());
    write_all(file.get(), writer.take());
    write_all(file.get(), *each);
  }
  writer.number(sockets_.size());
  write_all(file.get(), writer.take());
  write_all(file.get(), connections_.take());
  if (::fcntl(file.get(), F_ADD_SEALS, seals) != 0) throw failed("F_ADD_SEALS");
  return file;
}

// --- reading ---

base::Result<TakeoverImage, std::string> TakeoverImage::read(const base::UniqueFd& file) {
  const auto wrong = [](const char* what) { return base::failure(std::string("takeover: ") + what); };
  const int sealed = ::fcntl(file.get(), F_GET_SEALS);
  if (sealed < 0 || (sealed & seals) != seals) return wrong("the image is no sealed memory file");
  const Mapped mapped(file.get());
  base::PackedReader reader(mapped.bytes());
  if (reader.number() != magic) return wrong("the image does not begin as one");
  if (const auto version = reader.number(); version < takeover_version_min || version > takeover_version)
    return wrong("the image is of another version");
  TakeoverImage image;
  image.number = reader.number();
  image.begun = instant_of(reader.number());
  image.listen_path = reader.text();
  image.publish_path = reader.text();
  if (image.listen_path.size() > path_bytes_max || image.publish_path.size() > path_bytes_max)
    return wrong("a path is too long");
  Descriptors descriptors;
  const bool publishes = reader.flag();
  const auto publish_socket = reader.number();
  for (auto left = reader.count(); left > 0 && !reader.failed(); --left) {
    std::string subject(reader.text());
    image.revocations.emplace_back(std::move(subject), instant_of(reader.number()));
  }
  image.history = reader.text();
  std::vector<base::Bytes> blobs;
  for (auto left = reader.count(); left > 0 && !reader.failed(); --left)
    blobs.push_back(std::make_shared<const std::string>(reader.text()));
  const auto count = reader.count();
  if (reader.failed()) return wrong("the image is cut off");
  if (publishes) {
    image.publish_socket = descriptors.take(publish_socket, true);
    if (!image.publish_socket) return wrong("the publish socket is none");
  }
  for (auto left = count; left > 0; --left) {
    Connection connection{.reactor = static_cast<std::size_t>(reader.number())};
    const auto socket = reader.number();
    auto state = parse_connection(reader, blobs);
    if (!state) return wrong("a connection cannot be read");
    connection.state = *std::move(state);
    connection.socket = descriptors.take(socket, false);
    // One that was broken meanwhile is still a socket.
    if (!connection.socket) return wrong("a descriptor is no connection, or occurs twice");
    image.connections.push_back(std::move(connection));
  }
  if (!reader.complete()) return wrong("the image has more than it says");
  return image;
}

}  // namespace worker::app
