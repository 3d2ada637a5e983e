#include "app/takeover_image.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>

using namespace worker;
using app::TakeoverImage;
using app::TakeoverWriter;
using base::UniqueFd;
using fcgi::CarriedConnection;

namespace {

base::Bytes bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

// A connected socket, without an owner.
int connected() {
  int ends[2];
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  ::close(ends[1]);
  return ends[0];
}

int listening() {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr address{.sa_family = AF_UNIX, .sa_data = {}};
  BOOST_REQUIRE(::bind(fd, &address, sizeof(sa_family_t)) == 0);
  BOOST_REQUIRE(::listen(fd, 1) == 0);
  return fd;
}

std::string content(const UniqueFd& file) {
  std::string all(1U << 16U, '\0');
  all.resize(static_cast<std::size_t>(::pread(file.get(), all.data(), all.size(), 0)));
  return all;
}

UniqueFd sealed(std::string_view text) {
  UniqueFd file(::memfd_create("test", MFD_ALLOW_SEALING | MFD_CLOEXEC));
  BOOST_REQUIRE(::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  BOOST_REQUIRE(::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) == 0);
  return file;
}

struct Fixture {
  CarriedConnection stream(std::string shared, std::string own) {
    return {.request_id = 1,
            .keeps = true,
            .source = http::CarriedSource{bytes(std::move(shared)), std::move(own)}};
  }
  TakeoverWriter writer{3, base::Instant(std::chrono::seconds(5))};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(takeover_image_suite, Fixture)

BOOST_AUTO_TEST_CASE(what_was_written_is_read) {
  const int first = connected(), second = connected(), publish = listening();
  auto state = stream("topics", "place");
  state.unsent = {{bytes("half sent"), 5}, {bytes("not sent"), 0}};
  writer.add(1, first, state);
  writer.add(0, second, {.request_id = 7});
  writer.set_listen_path("/run/a.sock");
  writer.set_revocations({{"alice", base::Instant(std::chrono::seconds(9))}});
  writer.set_publish_socket(publish, "/run/b.sock");
  BOOST_TEST(writer.streams() == 1U);

  auto read = TakeoverImage::read(writer.write());
  BOOST_REQUIRE(read.has_value());
  const auto& image = read.value();
  BOOST_TEST(image.number == 3U);
  BOOST_TEST((image.begun == base::Instant(std::chrono::seconds(5))));
  BOOST_TEST(image.listen_path == "/run/a.sock");
  BOOST_TEST(image.publish_path == "/run/b.sock");
  BOOST_TEST(image.publish_socket.get() == publish);
  BOOST_REQUIRE(image.revocations.size() == 1U);
  BOOST_TEST(image.revocations[0].first == "alice");
  BOOST_TEST((image.revocations[0].second == base::Instant(std::chrono::seconds(9))));
  BOOST_REQUIRE(image.connections.size() == 2U);
  const auto& one = image.connections.front();
  BOOST_TEST(one.reactor == 1U);
  BOOST_TEST(one.socket.get() == first);
  BOOST_TEST(one.state.request_id == 1);
  BOOST_TEST(one.state.keeps);
  BOOST_REQUIRE(one.state.source.has_value());
  BOOST_TEST(*one.state.source->shared == "topics");
  BOOST_TEST(one.state.source->own == "place");
  BOOST_REQUIRE(one.state.unsent.size() == 2U);
  BOOST_TEST(*one.state.unsent[0].first == "half sent");
  BOOST_TEST(one.state.unsent[0].second == 5U);
  BOOST_TEST(*one.state.unsent[1].first == "not sent");
  const auto& other = image.connections.back();
  BOOST_TEST(other.state.request_id == 7);
  BOOST_TEST(!other.state.keeps);
  BOOST_TEST(!other.state.source.has_value());
  BOOST_TEST(::fcntl(first, F_GETFD) == FD_CLOEXEC);
}

BOOST_AUTO_TEST_CASE(what_connections_share_is_written_once) {
  const auto event = bytes(std::string(2'000, 'e'));
  for (int i = 0; i < 10; ++i) {
    auto state = stream(std::string(2'000, 's'), "own");  // equal, and not the same
    state.unsent = {{event, 0}};
    writer.add(0, connected(), state);
  }
  const auto file = writer.write();
  BOOST_TEST(content(file).size() < 6'000U);
  const auto read = TakeoverImage::read(file);
  BOOST_REQUIRE(read.has_value());
  const auto& all = read.value().connections;
  BOOST_TEST(all.front().state.unsent[0].first.get() == all.back().state.unsent[0].first.get());
  BOOST_TEST(all.front().state.source->shared.get() == all.back().state.source->shared.get());
}

BOOST_AUTO_TEST_CASE(an_image_that_is_cut_off_or_too_long_is_refused) {
  writer.add(0, connected(), stream("topics", "place"));
  const auto whole = content(writer.write());
  for (std::size_t size = 0; size < whole.size(); ++size)
    BOOST_TEST(!TakeoverImage::read(sealed(whole.substr(0, size))).has_value());
  BOOST_TEST(!TakeoverImage::read(sealed(whole + "12345678")).has_value());
}

BOOST_AUTO_TEST_CASE(an_image_whose_numbers_are_wrong_is_refused_or_read_without_harm) {
  writer.add(0, connected(), stream("topics", "place"));
  const auto whole = content(writer.write());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto wrong = whole;
    wrong[at] = static_cast<char>(wrong[at] ^ '\xff');
    // A descriptor that was read is closed; one that is refused stays.
    (void)TakeoverImage::read(sealed(wrong));
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_can_be_written_to_is_refused) {
  const auto whole = content(writer.write());
  const UniqueFd file(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  BOOST_REQUIRE(::write(file.get(), whole.data(), whole.size()) == static_cast<ssize_t>(whole.size()));
  BOOST_TEST(TakeoverImage::read(file).error() == "takeover: the image is no sealed memory file");
  BOOST_TEST(!TakeoverImage::read(UniqueFd()).has_value());
}

BOOST_AUTO_TEST_CASE(another_version_is_refused) {
  auto whole = content(writer.write());
  for (const auto version : {app::takeover_version_min - 1, app::takeover_version + 1}) {
    whole[8] = static_cast<char>(version);
    BOOST_TEST(TakeoverImage::read(sealed(whole)).error() == "takeover: the image is of another version");
  }
}

BOOST_AUTO_TEST_CASE(the_oldest_version_is_read) {
  auto whole = content(writer.write());
  whole[8] = static_cast<char>(app::takeover_version_min);
  BOOST_TEST(TakeoverImage::read(sealed(whole)).has_value());
}

BOOST_AUTO_TEST_CASE(a_descriptor_must_be_a_connection_and_occur_once) {
  const UniqueFd file(::memfd_create("test", MFD_CLOEXEC));
  const UniqueFd one_that_listens(listening());
  for (const int wrong : {0, 999, file.get(), one_that_listens.get()}) {
    TakeoverWriter other(1, {});
    other.add(0, wrong, {});
    BOOST_TEST(!TakeoverImage::read(other.write()).has_value());
  }
  const int twice = connected();
  writer.add(0, twice, {});
  writer.add(0, twice, {});
  BOOST_TEST(!TakeoverImage::read(writer.write()).has_value());
}

BOOST_AUTO_TEST_CASE(a_publish_socket_must_listen) {
  const UniqueFd no_listener(connected());
  writer.set_publish_socket(no_listener.get(), {});
  BOOST_TEST(!TakeoverImage::read(writer.write()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
