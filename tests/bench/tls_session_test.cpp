// TLS of the load client against OpenSSL's server in memory: what the server sends is cut at every position.
#include "tls_session.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "every_split.hpp"

using namespace sse::bench;

namespace {

template <auto free_it, class Type>
std::unique_ptr<Type, FreedBy<free_it>> owned(Type* it) {
  return std::unique_ptr<Type, FreedBy<free_it>>(it);
}

std::string all_of(BIO* bio) {
  std::string bytes(BIO_ctrl_pending(bio), '\0');
  if (!bytes.empty()) BIO_read(bio, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

// Settings of a server with a certificate that it signed itself. It speaks `protocol`, or nothing that is
// offered.
class ServerContext {
 public:
  explicit ServerContext(std::string protocol = {})
      : protocol_(std::move(protocol)), settings_(owned<SSL_CTX_free>(SSL_CTX_new(TLS_server_method()))) {
    const auto key = owned<EVP_PKEY_free>(EVP_EC_gen("P-256"));
    const auto certificate = owned<X509_free>(X509_new());
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    SSL_CTX_use_certificate(settings_.get(), certificate.get());
    SSL_CTX_use_PrivateKey(settings_.get(), key.get());
    SSL_CTX_set_alpn_select_cb(settings_.get(), choose, this);
  }

  SSL_CTX* get() const noexcept { return settings_.get(); }

 private:
  static int choose(SSL* /*session*/, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void* self) {
    const std::string& protocol = static_cast<ServerContext*>(self)->protocol_;
    const std::string_view offer(reinterpret_cast<const char*>(offered), offered_size);
    if (protocol.empty() || offer != static_cast<char>(protocol.size()) + protocol)
      return SSL_TLSEXT_ERR_NOACK;
    *chosen = offered + 1;
    *size = offered[0];
    return SSL_TLSEXT_ERR_OK;
  }

  std::string protocol_;
  std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>> settings_;
};

class Server {
 public:
  explicit Server(const ServerContext& context) : session_(owned<SSL_free>(SSL_new(context.get()))) {
    SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(session_.get());
  }

  // What it has read of all that was fed so far.
  const std::string& feed(const std::string& bytes) {
    BIO_write(SSL_get_rbio(session_.get()), bytes.data(), static_cast<int>(bytes.size()));
    std::array<char, 4096> buffer{};
    std::size_t count = 0;
    while (SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &count) == 1)
      text_.append(buffer.data(), count);
    return text_;
  }
  void write(std::string_view text) {
    std::size_t count = 0;
    SSL_write_ex(session_.get(), text.data(), text.size(), &count);
  }
  void finish() { SSL_shutdown(session_.get()); }
  std::string take_output() { return all_of(SSL_get_wbio(session_.get())); }

 private:
  std::unique_ptr<SSL, FreedBy<SSL_free>> session_;
  std::string text_;
};

// What the client reads; the bytes are gone after each feed.
std::string feed(TlsSession& client, std::string bytes) {
  std::array<char, 16384> buffer{};
  std::string text;
  client.feed(bytes);
  for (auto piece = client.next(buffer); !piece.empty(); piece = client.next(buffer)) text += piece;
  bytes.assign(bytes.size(), '#');
  return text;
}

std::string feed(TlsSession& client, std::string_view bytes, std::size_t cut) {
  const std::string first = feed(client, std::string(bytes.substr(0, cut)));
  return first + feed(client, std::string(bytes.substr(std::min(cut, bytes.size()))));
}

// Until neither has more to say; what the client reads meanwhile.
std::string exchange(TlsSession& client, Server& server) {
  std::string text;
  for (std::string out = client.take_output(); !out.empty(); out = client.take_output()) {
    server.feed(out);
    text += feed(client, server.take_output());
  }
  return text;
}

struct Pair {
  ServerContext context;
  TlsContext settings;
  TlsSession client{settings, "localhost"};
  Server server{context};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_sessions)

BOOST_AUTO_TEST_CASE(a_handshake_and_text_both_ways_cut_at_every_position) {
  const ServerContext context;
  const TlsContext settings;
  std::size_t cut = 0;
  for (std::size_t longest = 1; cut <= longest; ++cut) {
    TlsSession client(settings, "127.0.0.1");
    Server server(context);
    client.write("early");
    BOOST_REQUIRE_EQUAL(server.feed(client.take_output()), "");
    const std::string flight = server.take_output();
    longest = flight.size();
    BOOST_REQUIRE_EQUAL(feed(client, flight, cut), "");
    BOOST_REQUIRE_EQUAL(server.feed(client.take_output()), "early");
    server.write("hello");
    server.write(" world");
    BOOST_REQUIRE_EQUAL(feed(client, server.take_output(), cut), "hello world");
    client.write(" later");
    BOOST_REQUIRE_EQUAL(server.feed(client.take_output()), "early later");
    BOOST_REQUIRE(!client.failed());
    BOOST_REQUIRE(!client.finished());
  }
  BOOST_TEST(cut > 500);
}

BOOST_AUTO_TEST_CASE(byte_by_byte) {
  Pair pair;
  pair.client.write("early");
  std::string text;
  for (std::string out = pair.client.take_output(); !out.empty(); out = pair.client.take_output()) {
    if (pair.server.feed(out) == "early") pair.server.write("hello");
    for (const char byte : pair.server.take_output()) text += feed(pair.client, std::string(1, byte));
  }
  BOOST_TEST(text == "hello");
}

BOOST_AUTO_TEST_CASE(more_than_a_record_both_ways) {
  Pair pair;
  exchange(pair.client, pair.server);
  const std::string large(100'000, 'x');
  pair.server.write(large);
  BOOST_TEST(feed(pair.client, pair.server.take_output()) == large);
  pair.client.write(large);
  BOOST_TEST(pair.server.feed(pair.client.take_output()) == large);
}

BOOST_AUTO_TEST_CASE(the_protocol_is_agreed_on) {
  for (const auto& [spoken, good] : {std::pair{"h2", true}, {"", false}, {"h3", false}}) {
    const ServerContext context(spoken);
    const TlsContext settings("h2");
    TlsSession client(settings, "localhost");
    Server server(context);
    client.write("early");
    exchange(client, server);
    BOOST_TEST(client.failed() == !good);
    BOOST_TEST(server.feed({}) == (good ? "early" : ""));
  }
}

BOOST_AUTO_TEST_CASE(the_other_side_says_that_it_is_done) {
  Pair pair;
  exchange(pair.client, pair.server);
  pair.server.write("last");
  pair.server.finish();
  const std::string bytes = pair.server.take_output();
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    feed(pair.client, bytes.substr(size - 1, 1));
    BOOST_REQUIRE(!pair.client.finished());
  }
  feed(pair.client, bytes.substr(bytes.size() - 1));
  BOOST_TEST(pair.client.finished());
  BOOST_TEST(!pair.client.failed());
}

BOOST_AUTO_TEST_CASE(a_broken_record_is_a_failure) {
  for (const std::size_t at : {0, 3, 5, 20}) {
    Pair pair;
    exchange(pair.client, pair.server);
    pair.server.write("hello");
    std::string bytes = pair.server.take_output();
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x40);
    BOOST_TEST(feed(pair.client, bytes) == "");
    // What says that it is longer waits for the rest.
    BOOST_TEST(pair.client.failed() == (at != 3));
    BOOST_TEST(feed(pair.client, std::string(0x4000 + 300, 'x')) == "");
    BOOST_TEST(pair.client.failed());
  }
}

BOOST_AUTO_TEST_CASE(who_speaks_no_tls_is_a_failure) {
  const TlsContext settings;
  for_every_split("HTTP/1.1 400 Bad Request\r\n\r\n", [&](const std::vector<std::string>& parts) {
    TlsSession client(settings, "localhost");
    for (const std::string& part : parts) BOOST_REQUIRE_EQUAL(feed(client, part), "");
    BOOST_REQUIRE(client.failed());
  });
}

BOOST_AUTO_TEST_SUITE_END()
