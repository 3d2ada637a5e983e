// Who may read what, by credential.
#include "api/access/grants.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "access/token_signer.hpp"
#include "support/manual_clock.hpp"

using namespace worker;
using namespace worker::api;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  support::ManualClock clock;
  net::Timers timers{clock};
  metrics::Registry registry;
  AccessMetrics metrics{registry};
  Revocations revocations{clock};
  access::TokenVerifier subscribers, publishers;
  access::ResumeTokens resume;
  GrantSettings settings;

  Grants access() {
    return {settings, {3, 20}, {subscribers, publishers, resume, revocations, metrics}, timers};
  }

  static http::Request granted(const std::string& grant) {
    http::Request request{.method = "GET", .path = "/events"};
    request.grant = grant;
    return request;
  }
  std::string seconds_from_now(int seconds) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
    return std::to_string(now + seconds);
  }
  /// `ok`, or the status and the challenge, or the detail of the refusal.
  std::string asks(const http::Request& request, const std::vector<std::string_view>& topics) {
    const auto deciding = access();
    const auto identity = deciding.subscriber(request, request.query);
    if (!identity) return text(identity.error());
    const auto subscription =
        deciding.subscription(identity.value(), topics, log::Selectors::parse(topics, 100).value());
    return subscription ? "ok" : text(subscription.error());
  }
  static std::string text(const http::Response& response) {
    std::string challenge;
    for (const auto& [name, value] : response.head.headers) {
      if (name == "WWW-Authenticate") challenge = " [" + value + "]";
    }
    const std::string mark = "\"detail\":\"";
    const auto begin = response.body.find(mark) + mark.size();
    return std::to_string(response.head.status) + challenge + " " +
           response.body.substr(begin, response.body.rfind('"') - begin);
  }
};

access::Key secret_key(std::string_view secret) {
  return access::secret_key(secret, access::Algorithm::hs256).value();
}

const http::Request anonymous{.method = "GET", .path = "/events"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(access_suite, Fixture)

BOOST_AUTO_TEST_CASE(as_shipped_everybody_reads_everything) {
  BOOST_TEST(asks(anonymous, {"a", "b/*", "*"}) == "ok");
  BOOST_TEST(asks(granted(""), {"a", "b/*", "*"}) == "ok");
}

BOOST_AUTO_TEST_CASE(topics_that_are_not_public_need_a_grant) {
  settings.public_topics = {"news", "open/*"};
  BOOST_TEST(asks(anonymous, {"news", "open/a", "open/*", "open/a/*"}) == "ok");
  const std::string sentence =
      " may be read only with a grant. Send a token, or ask through the application that gives grants";
  BOOST_TEST(asks(anonymous, {"news", "chat/42"}) == "401 [Bearer] topic: chat/42" + sentence);
  BOOST_TEST(asks(anonymous, {"*"}) == "401 [Bearer] topic: *" + sentence);
  BOOST_TEST(asks(anonymous, {"open"}) == "401 [Bearer] topic: open" + sentence);
  BOOST_TEST(metrics.missing.value() == 3U);

  BOOST_TEST(asks(granted("subscribe=chat/42&subscribe=user/7/*"),
                  {"news", "chat/42", "user/7/x", "user/7/*"}) == "ok");
  const std::string refused = "403 [Bearer error=\"insufficient_scope\"] topic: ";
  BOOST_TEST(asks(granted("subscribe=chat/42"), {"chat/42", "chat/43"}) ==
             refused + "chat/43 is not covered by the grant of this request");
  BOOST_TEST(asks(granted("subscribe=chat/42"), {"chat/*"}) ==
             refused + "chat/* is not covered by the grant of this request");
  BOOST_TEST(asks(granted("publish=chat/42"), {"chat/42"}) ==
             refused + "chat/42 is not covered by the grant of this request");
  BOOST_TEST(metrics.not_granted.value() == 3U);
}

BOOST_AUTO_TEST_CASE(nothing_is_public) {
  settings.public_topics = {};
  BOOST_TEST(asks(anonymous, {"a"}).starts_with("401 "));
  BOOST_TEST(asks(granted("subscribe=*"), {"a", "*"}) == "ok");
}

BOOST_AUTO_TEST_CASE(patterns_that_need_a_grant_or_are_refused) {
  settings.patterns = GrantSettings::Patterns::granted;
  BOOST_TEST(asks(anonymous, {"a"}) == "ok");
  BOOST_TEST(asks(anonymous, {"a/*"}).starts_with("401 "));
  BOOST_TEST(asks(granted("subscribe=a/*"), {"a/b/*"}) == "ok");
  BOOST_TEST(asks(granted("subscribe=a/*"), {"b/*"}).starts_with("403 "));
  settings.patterns = GrantSettings::Patterns::refused;
  const std::string refused =
      "403 [Bearer error=\"insufficient_scope\"] topic: patterns are disabled by access.patterns; name the "
      "topics";
  BOOST_TEST(asks(anonymous, {"a/*"}) == refused);
  BOOST_TEST(asks(granted("subscribe=*"), {"a/*"}) == refused);
  BOOST_TEST(asks(granted("subscribe=*"), {"a"}) == "ok");
}

BOOST_AUTO_TEST_CASE(a_grant_that_cannot_be_read_is_the_applications_mistake) {
  BOOST_TEST(asks(granted("topic=a"), {"a"}) ==
             "500 The web server passes a grant that cannot be read (X-Sse-Grant of the application): topic: "
             "is not a "
             "member of a grant; there are subscribe, publish, subject, expires, control and resume");
  BOOST_TEST(metrics.invalid.value() == 1U);
}

BOOST_AUTO_TEST_CASE(a_grant_that_is_over_opens_nothing_not_even_what_is_public) {
  BOOST_TEST(asks(granted("expires=" + seconds_from_now(1)), {"a"}) == "ok");
  BOOST_TEST(asks(granted("expires=" + seconds_from_now(0)), {"a"}) ==
             "401 [Bearer error=\"invalid_token\"] The grant has expired. Get a new one");
  BOOST_TEST(metrics.expired.value() == 1U);
}

BOOST_AUTO_TEST_CASE(a_revoked_subject) {
  revocations.revoke("alice", 10s);
  BOOST_TEST(asks(granted("subject=alice"), {"a"}) ==
             "401 [Bearer error=\"invalid_token\"] The grant was revoked by the operator");
  BOOST_TEST(asks(granted("subject=bob"), {"a"}) == "ok");
  BOOST_TEST(metrics.revoked.value() == 1U);
  clock.advance(10s);
  BOOST_TEST(asks(granted("subject=alice"), {"a"}) == "ok");
}

BOOST_AUTO_TEST_CASE(what_the_application_has_chosen_is_granted) {
  settings.public_topics = {};
  auto request = granted("subject=alice&subscribe=more");
  request.handed_over = true;
  request.query = http::Query::parse("topic=chat/42&topic=user/*");
  BOOST_TEST(asks(request, {"chat/42", "user/*", "more"}) == "ok");
  BOOST_TEST(asks(request, {"chat/43"}).starts_with("403 "));
  request.grant.reset();
  BOOST_TEST(asks(request, {"chat/42", "user/*"}) == "ok");
  BOOST_TEST(asks(request, {"more"}).starts_with("403 "));
}

BOOST_AUTO_TEST_CASE(a_resume_address_opens_what_was_handed_over) {
  settings.public_topics = {};
  resume.verifier().set_keys(access::KeySet({secret_key("a secret of thirty-two bytes or more")}));
  auto request = granted("subject=alice&subscribe=more/*&publish=a&control=1&resume=60");
  request.handed_over = true;
  request.query = http::Query::parse("topic=chat/42&topic=user/*");
  const auto deciding = access();
  const auto token = deciding.resume_token(deciding.subscriber(request, request.query).value());
  BOOST_REQUIRE(token);
  BOOST_TEST((token->expires == std::chrono::floor<std::chrono::seconds>(clock.wall()) + 60s));

  auto back = anonymous;
  back.query.add("resume", token->text);
  const auto identity = deciding.subscriber(back, back.query);
  BOOST_REQUIRE(identity);
  BOOST_TEST(identity.value().subject() == "alice");
  BOOST_TEST(!identity.value().resume);
  BOOST_TEST(!identity.value().grant->control);
  BOOST_TEST(identity.value().grant->publish.empty());
  BOOST_TEST(asks(back, {"chat/42", "user/*", "more/x"}) == "ok");
  BOOST_TEST(asks(back, {"chat/43"}).starts_with("403 "));
  BOOST_TEST((*deciding.end_of(identity.value()) - clock.now() <= 60s));
  revocations.revoke("alice", 10s);
  BOOST_TEST(asks(back, {"chat/42"}).starts_with("401 "));
  clock.advance(61s);
  BOOST_TEST(asks(back, {"chat/42"}).starts_with("401 "));
}

BOOST_AUTO_TEST_CASE(a_resume_address_and_a_grant_of_the_web_server_are_not_mixed) {
  resume.verifier().set_keys(access::KeySet({secret_key("a secret of thirty-two bytes or more")}));
  access::Grant grant;
  grant.subscribe = log::Selectors::parse({"a"}, 10).value();
  auto request = granted("subscribe=a");
  request.query.add("resume", resume.sign(grant, 60s, clock.wall())->text);
  BOOST_TEST(
      asks(request, {"a"}) ==
      "401 [Bearer error=\"invalid_token\"] A resume address does not count where the web server passes a "
      "grant");
  BOOST_TEST(metrics.invalid.value() == 1U);
}

BOOST_AUTO_TEST_CASE(a_resume_address_is_no_token_and_a_token_no_resume_address) {
  const auto key = secret_key("a secret of thirty-two bytes or more");
  resume.verifier().set_keys(access::KeySet({key}));
  subscribers.set_keys(access::KeySet({key}));
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.wall());
  const auto token = access::sign_token(key, {.subscribe = {"a"}}, {}, now).value().text;
  auto request = anonymous;
  request.query.add("resume", token);
  BOOST_TEST(asks(request, {"a"}).starts_with("401 [Bearer error=\"invalid_token\"]"));

  access::Grant grant;
  grant.subscribe = log::Selectors::parse({"a"}, 10).value();
  request = anonymous;
  request.query.add("authorization", resume.sign(grant, 60s, clock.wall())->text);
  BOOST_TEST(asks(request, {"a"}).starts_with("401 [Bearer error=\"invalid_token\"]"));
}

BOOST_AUTO_TEST_CASE(a_resume_address_is_valid_where_the_clock_is_behind) {
  resume.verifier().set_keys(access::KeySet({secret_key("a secret of thirty-two bytes or more")}));
  access::Grant grant;
  grant.subscribe = log::Selectors::parse({"a"}, 10).value();
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.wall());
  const auto token = resume.sign(grant, 100s, now);
  BOOST_REQUIRE(token);
  BOOST_TEST((token->expires == now + 100s));
  const auto accepted = [&](auto shift) { return resume.verify(token->text, now + shift).has_value(); };
  BOOST_TEST(!accepted(-61s));
  BOOST_TEST(accepted(-60s));
  BOOST_TEST(accepted(99s));
  BOOST_TEST(!accepted(100s));
}

BOOST_AUTO_TEST_CASE(a_resume_address_ends_with_the_grant) {
  resume.verifier().set_keys(access::KeySet({secret_key("a secret of thirty-two bytes or more")}));
  auto request = granted("resume=86400&expires=" + seconds_from_now(5));
  request.handed_over = true;
  request.query = http::Query::parse("topic=a");
  const auto deciding = access();
  const auto token = deciding.resume_token(deciding.subscriber(request, request.query).value());
  BOOST_TEST((token->expires == std::chrono::floor<std::chrono::seconds>(clock.wall()) + 5s));
}

BOOST_AUTO_TEST_CASE(where_there_is_no_resume_address) {
  auto request = granted("resume=60");
  BOOST_TEST(
      asks(request, {"a"}) ==
      "500 The web server passes a grant that cannot be read (X-Sse-Grant of the application): resume: is "
      "only for requests that are handed over (X-Accel-Redirect)");
  // Without a key; for an application that does not ask for one; for a token that would be too long.
  request.handed_over = true;
  request.query = http::Query::parse("topic=a");
  const auto token = [&] {
    const auto deciding = access();
    return deciding.resume_token(deciding.subscriber(request, request.query).value());
  };
  BOOST_TEST(!token());
  resume.verifier().set_keys(access::KeySet({secret_key("a secret of thirty-two bytes or more")}));
  BOOST_TEST(token().has_value());
  request.grant = "";
  BOOST_TEST(!token());
  const auto long_grant = [](char last) { return std::string(3'000, 'x') + last; };
  access::Grant grant;
  const auto a = long_grant('a'), b = long_grant('b'), c = long_grant('c');
  grant.subscribe = log::Selectors::parse({a, b, c}, 4'000).value();
  BOOST_TEST(!resume.sign(grant, 60s, clock.wall()));
  // Keys that are gone open nothing.
  auto back = anonymous;
  back.query.add("resume", "x");
  resume.verifier().set_keys({});
  BOOST_TEST(asks(back, {"a"}).starts_with("401 "));
}

BOOST_AUTO_TEST_CASE(when_a_grant_ends) {
  const auto deciding = access();
  const auto end = [&](const std::string& grant) {
    const auto request = granted(grant);
    return deciding.end_of(deciding.subscriber(request, request.query).value());
  };
  BOOST_TEST(!end("subject=a"));
  BOOST_TEST(!deciding.end_of({}));
  BOOST_TEST((*end("expires=" + seconds_from_now(60)) - clock.now() == 60s - 123ms));
  BOOST_TEST((*end("expires=253402300799") - clock.now() == std::chrono::hours(24 * 366)));
}

BOOST_AUTO_TEST_CASE(without_keys_a_token_means_nothing) {
  http::Request request{.method = "GET", .path = "/events"};
  request.headers.emplace("authorization", "Bearer whatever");
  BOOST_TEST(asks(request, {"a"}) == "ok");
  const auto publisher = access().publisher(request);
  BOOST_TEST((publisher && !publisher.value().grant));
}

BOOST_AUTO_TEST_SUITE_END()
