#include "probe/judge.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "unit/probe/observed.hpp"

using namespace worker::probe;
using namespace worker::support;
using worker::client::Answer;
using worker::client::Ending;

namespace {

// The checks that are wrong.
std::set<Check> wrongs(const Observations& seen) {
  std::set<Check> found;
  for (const auto& row : judge(seen).all())
    if (row.mark == Mark::wrong) found.insert(row.check);
  return found;
}

void check(const Observations& seen, Check which, const std::string& words, const std::string& line) {
  const auto rows = judge(seen);
  const auto& found = row(rows, which);
  BOOST_TEST_CONTEXT(name_of(which).id << ": " << found.found) {
    BOOST_TEST((found.mark == Mark::wrong));
    BOOST_TEST(found.found.find(words) != std::string::npos);
    BOOST_TEST(names(found, line));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(judge_suite)

BOOST_AUTO_TEST_CASE(each_check_has_one_row_in_order) {
  for (const bool has_answer : {true, false}) {
    auto seen = all_well();
    if (!has_answer) seen.main = Answer{};
    const auto rows = judge(seen).all();
    BOOST_REQUIRE_EQUAL(rows.size(), static_cast<std::size_t>(Check::heartbeats) + 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      BOOST_TEST(static_cast<std::size_t>(rows[i].check) == i);
      BOOST_TEST(!rows[i].found.empty());
      BOOST_TEST(rows[i].changes.empty() == (rows[i].mark != Mark::wrong));
    }
  }
}

BOOST_AUTO_TEST_CASE(all_is_well) { BOOST_TEST(wrongs(all_well()).empty()); }

BOOST_AUTO_TEST_CASE(who_cannot_be_reached) {
  auto seen = all_well();
  seen.main = Answer{};
  check(seen, Check::name, "was not resolved within 10.0 s", "A or AAAA record");
  end(seen.main, Ending::Kind::no_name, 1ms, "Could not resolve host: x\x1b[2J");
  check(seen, Check::name, "does not resolve: Could not resolve host: x\\x1b[2J", "A or AAAA record");
  seen.main = Answer{};
  seen.main.resolved = 1ms;
  check(seen, Check::connection, "not within 10.0 s", "does it listen");
  end(seen.main, Ending::Kind::no_connection, 1ms, "Connection refused");
  check(seen, Check::connection, "refused: Connection refused", "does it listen");
  BOOST_TEST((wrongs(seen) == std::set{Check::connection}));
}

BOOST_AUTO_TEST_CASE(certificates) {
  auto seen = all_well();
  seen.url = "https://push.example.org/events";
  seen.main.secured = 4ms;
  seen.main.certificate_begin = "Nov  1 00:00:00 2026 GMT";
  seen.main.certificate_end = "Jan 30 00:00:00 2027 GMT";
  BOOST_TEST(wrongs(seen).empty());
  BOOST_TEST(row(judge(seen), Check::tls).found == "the certificate is trusted, for 69 days more");
  seen.main.certificate_end = "Dec  1 00:00:00 2026 GMT";
  BOOST_TEST(wrongs(seen).empty());  // one of a month
  seen.main.certificate_begin = "Sep  1 00:00:00 2026 GMT";
  check(seen, Check::tls, "for 9 days more: nobody has renewed it", "certbot renew");

  seen.main = Answer{};
  seen.main.resolved = 1ms;
  seen.main.connected = 2ms;
  end(seen.main, Ending::Kind::untrusted, 5ms, "SSL certificate problem");
  seen.certificate = Answer{};
  seen.certificate->certificate_subject = "CN = a\x1b";
  seen.certificate->certificate_issuer = "CN = b";
  seen.certificate->certificate_end = "Nov 20 00:00:00 2026 GMT";
  check(seen, Check::tls, "has expired, 48 hours ago", "certbot renew");
  seen.certificate->certificate_end = "Nov 30 00:00:00 2026 GMT";
  check(seen, Check::tls, "the certificate (CN = a\\x1b) is not accepted: SSL certificate problem",
        "one for the name");
  seen.main.ending->verify_result = 20;
  check(seen, Check::tls, "not signed by an authority that is trusted here", "fullchain.pem");
  seen.certificate->certificate_issuer = seen.certificate->certificate_subject;
  check(seen, Check::tls, "self-signed", "SSL_CERT_FILE");
  BOOST_TEST((wrongs(seen) == std::set{Check::tls}));
}

BOOST_AUTO_TEST_CASE(redirects) {
  auto seen = all_well();
  seen.hops = {{"http://a/", 301, "https://a/?token=secret"}};
  BOOST_TEST(row(judge(seen), Check::redirects).found ==
             "1, at each reconnect: http://a/ 301 → https://a/?…");
  BOOST_TEST(wrongs(seen).empty());
  seen.main = answer(301, "");
  seen.redirects = Observations::Redirects::circle;
  check(seen, Check::redirects, "in a circle", "no return 301");
  seen.redirects = Observations::Redirects::left_https;
  check(seen, Check::redirects, "from https:// to http://", "return 301 https://");
  seen.redirects = Observations::Redirects::too_many;
  BOOST_TEST((wrongs(seen) == std::set{Check::redirects}));
}

BOOST_AUTO_TEST_CASE(the_worker_is_away) {
  for (const int status : {502, 503, 504}) {
    auto seen = all_well();
    seen.main = answer(status, "text/html", "<html>");
    seen.main.fields.emplace_back("server", "nginx");
    check(seen, Check::worker, std::to_string(status) + " from nginx", "systemctl status sse-worker");
    check(seen, Check::worker, "never comes back", "$sse_worker_away");
  }
  auto seen = all_well();
  seen.main = stream("retry: 3000\n\n");
  BOOST_TEST(!wrongs(seen).contains(Check::worker));  // it goes on
  end(seen.main, Ending::Kind::complete);
  check(seen, Check::worker, "nginx answers in its place", "systemctl status");
  seen.main = stream(": this address has too many streams\n\nretry: 9000\n\n");
  end(seen.main, Ending::Kind::complete);
  check(seen, Check::worker, "refuses the stream: this address has too many streams", "sse-worker.yaml");
  seen = all_well();
  seen.health = answer(503, "application/json", R"({"status":"unhealthy","store":{"status":"unavailable"}})");
  check(seen, Check::worker, "its store accepts no events", "journalctl");
  seen.health = answer(404, "text/html", "<html>");
  BOOST_TEST(wrongs(seen).empty());
}

BOOST_AUTO_TEST_CASE(statuses) {
  const std::pair<int, const char*> all[] = {
      {204, "has not ended"}, {400, "what the worker says"}, {401, "--header-file"},
      {403, "--header-file"}, {404, "locations.conf"},       {405, "locations.conf"},
      {429, "limit_req"},     {500, "sse_worker_away"},      {418, "locations.conf"}};
  for (const auto& [status, line] : all) {
    auto seen = all_well();
    seen.main = answer(status, "application/problem+json", R"({"detail":"Do\u001b this."})");
    seen.main.fields.emplace_back("server", "nginx");
    check(seen, Check::status, std::to_string(status) + ": Do\\x1b this.", line);
  }
}

BOOST_AUTO_TEST_CASE(no_answer) {
  auto seen = all_well();
  seen.main.status = 0;
  seen.main.head_at.reset();
  check(seen, Check::status, "no answer within 10.0 s", "error log");
  end(seen.main, Ending::Kind::too_long_head);
  check(seen, Check::status, "does not end within 64 KiB", "fewer or shorter headers");
  end(seen.main, Ending::Kind::no_http, 5ms, "HTTP/0.9");
  check(seen, Check::status, "does not speak HTTP: HTTP/0.9", "worker's socket");
  end(seen.main, Ending::Kind::cut, 5ms, "Empty reply");
  check(seen, Check::status, "broke before an answer: Empty reply", "error log");
}

BOOST_AUTO_TEST_CASE(headers_of_the_answer) {
  auto seen = all_well();
  seen.main.fields.emplace_back("content-encoding", "br");
  check(seen, Check::compression, "br: it costs memory", "gzip off;");
  seen = all_well();
  seen.main.fields[2].second = "public, max-age=60";
  check(seen, Check::caching, "max-age=60, not the worker's", "expires off;");
  seen.main.fields[2].second = "no-cache";
  check(seen, Check::caching, "no-transform is missing", "expires off;");
  seen.main.fields.emplace_back("age", "1");
  BOOST_TEST(!row(judge(seen), Check::caching).found.starts_with("it came"));
  seen.main.fields.back().second = "3";
  check(seen, Check::caching, "out of a cache", "return (pass);");
  seen = all_well();
  seen.main.fields[3].second = "yes";
  check(seen, Check::accel_buffering, "yes: it asks for buffering", "no add_header");
  seen.main.fields.pop_back();
  BOOST_TEST(wrongs(seen).empty());
  seen.main.fields[0].second = "text/html";
  BOOST_TEST((wrongs(seen) == std::set{Check::type}));
}

BOOST_AUTO_TEST_CASE(the_first_byte) {
  auto seen = all_well();
  seen.main.head_at = at(3s);
  seen.main.pieces.front().at = at(3s);
  check(seen, Check::first_byte, "after 3.0 s", "fastcgi_buffering off;");
  seen.main.pieces.clear();
  check(seen, Check::first_byte, "nothing of the stream within 10.0 s", "fastcgi_buffering off;");
}

BOOST_AUTO_TEST_CASE(versions) {
  auto seen = all_well();
  seen.versions = {{10, stream()}, {20, stream()}};
  BOOST_TEST(row(judge(seen), Check::http_1_0).found == "streams, answered as HTTP/1.1");
  BOOST_TEST(row(judge(seen), Check::http_2).found.starts_with("not offered (HTTP/1.1)"));
  BOOST_TEST(wrongs(seen).empty());
  seen.versions[0].answer = answer(426, "text/html");
  check(seen, Check::http_1_0, "426 text/html, other than the first answer", "no condition");
  seen.versions[0].answer = Answer{};
  check(seen, Check::http_1_0, "no answer within", "error log");
}

BOOST_AUTO_TEST_CASE(cursors) {
  auto seen = all_well();
  seen.cursor_header = answer(200, "application/json", R"({"events":[],"gap":{"reason":"unknown"}})");
  seen.cursor_parameter = answer(200, "application/json", R"({"events":[]})");
  check(seen, Check::cursor_parameter, "does not reach the worker", "drops its query");
  BOOST_TEST((wrongs(seen) == std::set{Check::cursor_parameter}));
  seen.cursor_header->body = R"({"events":[]})";
  check(seen, Check::cursor_header, "does not reach the worker", "fastcgi_pass_request_headers on;");
  seen.cursor_header = answer(200, "text/html", "<html>");
  seen.cursor_parameter = answer(400, "text/html", "<html>");
  BOOST_TEST(wrongs(seen).empty());
}

BOOST_AUTO_TEST_CASE(resuming) {
  auto seen = all_well();
  seen.resume = ResumeSeen{.stream = stream(), .expected = {3, 4, 5}, .got = {3, 4, 5}};
  BOOST_TEST(wrongs(seen).empty());
  seen.resume->got = {5};
  check(seen, Check::resume, "something is missing: events 3, 4, 5 were due behind the cursor, and 5 came",
        "the same worker");
  seen.resume->got = {3, 4, 4, 5};
  check(seen, Check::resume, "something comes twice", "the same worker");
  seen.resume->got = {};
  check(seen, Check::resume, "and none came", "fastcgi_pass_request_headers on;");
}

BOOST_AUTO_TEST_CASE(other_origins) {
  auto seen = all_well();
  const auto set = [&](const std::string& allowed) {
    seen.origin =
        OriginSeen{.origin = "https://app.example.com", .preflight = answer(204, ""), .actual = stream()};
    for (auto* each : {&seen.origin->preflight, &seen.origin->actual})
      each->fields.emplace_back("access-control-allow-origin", allowed);
    seen.origin->preflight.fields.emplace_back("access-control-allow-headers",
                                               "Authorization, Last-Event-ID");
  };
  set("https://app.example.com");
  BOOST_TEST(wrongs(seen).empty());
  seen.origin->has_credentials = true;
  check(seen, Check::origin, "Access-Control-Allow-Credentials is missing",
        "origins: [\"https://app.example.com\"]");
  set("*");
  BOOST_TEST(wrongs(seen).empty());
  seen.origin->has_credentials = true;
  check(seen, Check::origin, "which forbids cookies", "origins");
  set("https://other.example");
  check(seen, Check::preflight, "Access-Control-Allow-Origin is https://other.example", "$http_origin;");
  set("https://app.example.com");
  seen.origin->actual.fields.emplace_back("access-control-allow-origin", "*");
  check(seen, Check::origin, "is there twice", "no add_header");
  set("https://app.example.com");
  seen.origin->preflight.status = 405;
  check(seen, Check::preflight, "status 405, where a preflight needs 2xx", "origins");
  set("https://app.example.com");
  seen.origin->preflight.fields.pop_back();
  check(seen, Check::preflight, "does not name Last-Event-ID", "origins");
}

BOOST_AUTO_TEST_CASE(silence) {
  const auto beats = [](int count) {
    auto made = stream("");
    for (int n = 0; n < count; ++n) {
      const std::string frame = "event: heartbeat\ndata: {\"intervalSeconds\":15}\n\n";
      made.body += frame;
      made.pieces.push_back({frame.size(), at(5ms + n * 15s)});
    }
    return made;
  };
  auto seen = all_well();
  seen.idle = IdleSeen{.asked = 40s, .until = at(40s), .stream = beats(3)};
  BOOST_TEST(wrongs(seen).empty());
  BOOST_TEST(row(judge(seen), Check::idle).found == "a stream without events was open for 40.0 s");
  BOOST_TEST(row(judge(seen), Check::heartbeats).found == "2, as they are due every 15 s");
  seen.idle->stream = beats(1);
  check(seen, Check::heartbeats, "due every 15 s, and nothing came for 40.0 s: nginx holds",
        "fastcgi_buffering off;");
  seen.idle->until = at(10s);
  BOOST_TEST((row(judge(seen), Check::heartbeats).mark == Mark::unchecked));
  end(seen.idle->stream, Ending::Kind::cut, 10s);
  check(seen, Check::idle, "cut after 10.0 s, not by the probe and not by the worker: nginx",
        "fastcgi_read_timeout 75s;");
  end(seen.idle->stream, Ending::Kind::complete, 10s);
  check(seen, Check::idle, "ended after 10.0 s, not by", "heartbeat_seconds");
  seen.idle->stream.body += "retry: 1000\n\n";
  seen.idle->stream.pieces.push_back({13, at(10s)});
  check(seen, Check::idle, "the worker ended it after 10.0 s, on purpose", "lifetime_seconds");
  seen.idle->stream = answer(403, "text/html");
  BOOST_TEST(wrongs(seen).empty());
}

BOOST_AUTO_TEST_SUITE_END()
