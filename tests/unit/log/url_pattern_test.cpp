// URL patterns: what they match is what Chromium's URLPattern matches, with the same base.
#include "log/url_pattern.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "log/selectors.hpp"

using namespace worker::log;

namespace {

struct Fixture {
  Template parse(std::string_view text) {
    auto parsed = cache.parse(Template::Kind::url_pattern, text);
    BOOST_REQUIRE_MESSAGE(parsed, text << ": " << (parsed ? "" : parsed.error().sentence));
    return std::move(parsed).value();
  }
  std::string refusal(std::string_view text) {
    auto parsed = cache.parse(Template::Kind::url_pattern, text);
    BOOST_REQUIRE_MESSAGE(!parsed, text << " was parsed");
    return parsed.error().sentence;
  }

  TemplateCache cache;
};

struct Row {
  std::string_view text;
  std::vector<std::string_view> matching, others;
};

const Row url_rows[] = {
    {"https://example.com/books/:id",
     {"https://example.com/books/1", "https://EXAMPLE.com/books/1", "https://example.com:443/books/1",
      "https://example.com/books/a%20b", "https://example.com/books/a b", "https://example.com/books/1?q#h",
      "https://u:p@example.com/books/1", "https://example.com/x/../books/1",
      "https://example.com/books/\xc3\xa9"
      "",
      "HTTPS://example.com/books/1"},
     {"https://example.com/books/", "https://example.com/books", "https://example.com/books/1/2",
      "https://example.com/BOOKS/1", "http://example.com/books/1", "https://example.com:8080/books/1",
      "https://example.com/books/1/", "/books/1", "books", "https://"}},
    {"/books/:id",
     {"/books/1", "http://mercure.invalid/books/1", "books/1"},
     {"https://example.com/books/1", "/books/1/2", "/authors/1"}},
    {"https://example.com/*",
     {"https://example.com/a/b", "https://example.com/", "https://example.com"},
     {"https://example.org/a", "http://example.com/a"}},
    {"https://example.com/users/:uid/posts/:pid",
     {"https://example.com/users/42/posts/99"},
     {"https://example.com/users/42", "https://example.com/users//posts/1"}},
    {"*://example.com/books/:id",
     {"https://example.com/books/1", "ws://example.com/books/1"},
     {"https://example.org/books/1"}},
    {"http{s}?://example.com/a", {"https://example.com/a", "http://example.com/a"}, {"ws://example.com/a"}},
    {"https://*.example.com/a",
     {"https://x.example.com/a", "https://x.y.example.com/a"},
     {"https://example.com/a", "https://xexample.com/a"}},
    {"https://:tenant.example.com/a",
     {"https://x.example.com/a"},
     {"https://x.y.example.com/a", "https://.example.com/a"}},
    {"https://example.com/feed/:type(news|alerts)",
     {"https://example.com/feed/news", "https://example.com/feed/alerts"},
     {"https://example.com/feed/other", "https://example.com/feed/newsx"}},
    {"/items{/:tail}?", {"/items", "/items/1"}, {"/items/", "/items/1/2", "/item"}},
    {"/items/:tail?", {"/items", "/items/1"}, {"/items/", "/items/1/2"}},
    {"/items/:tail+", {"/items/1", "/items/1/2"}, {"/items", "/items/"}},
    {"/items/:tail*", {"/items", "/items/1", "/items/1/2"}, {"/items/1//", "/item"}},
    {"/a/(\\d+)", {"/a/1", "/a/42"}, {"/a/", "/a/x", "/a/1x"}},
    {"/a/(\\d+)?", {"/a", "/a/42"}, {"/a/x"}},
    {"/a/([^/]+)/b", {"/a/x/b"}, {"/a/x/y/b"}},
    {"/a/{b}", {"/a/b"}, {"/a/{b}"}},
    {"/a/{b}+", {"/a/b", "/a/bb"}, {"/a/"}},
    {"/a/{b:x}*c", {"/a/c", "/a/b1c", "/a/b1b2c"}, {"/a/bc"}},
    {"/a/:id\\?x", {"/a/1?x"}, {"/a/1"}},
    {"/a?q=:v", {"/a?q=1", "/a?q=1#h"}, {"/a", "/a?q=", "/a?x=1"}},
    {"/a?q=*#x", {"/a?q=1#x", "/a?q=#x"}, {"/a?q=1", "/a?q=1#y"}},
    {"/a#h", {"/a#h"}, {"/a", "/a?q#h"}},
    {"https://example.com?q", {"https://example.com/?q"}, {"https://example.com/a?q"}},
    {"https://example.com",
     {"https://example.com/", "https://example.com/a/b?c#d"},
     {"https://example.com:8080/"}},
    {"https://example.com:8080/a", {"https://example.com:8080/a"}, {"https://example.com/a"}},
    {"https://example.com:*/a",
     {"https://example.com:8080/a", "https://example.com/a"},
     {"https://example.org:8080/a"}},
    {"https://example.com:443/a", {"https://example.com/a"}, {"https://example.com:80/a"}},
    {"https://user@example.com/a", {"https://user@example.com/a"}, {"https://example.com/a"}},
    {"/b\xc3\xbc"
     "cher/:id",
     {"/b\xc3\xbc"
      "cher/1",
      "/b%C3%BCcher/1"},
     {"/b%c3%bccher/1", "/bucher/1"}},
    {"/a b/:id", {"/a b/1", "/a%20b/1"}, {"/ab/1"}},
    {"https://[\\:\\:1]/a", {"https://[::1]/a", "https://[0:0::1]/a"}, {"https://[::2]/a"}},
    {"https://[2001\\:DB8\\:\\::rest]/a",
     {"https://[2001:db8::7]/a", "https://[2001:DB8:0::7]/a"},
     {"https://[::1]/a"}},
    {"/:caf\xc3\xa9-:b1", {"/x-y"}, {"/x"}},
    {"/:a/b?c=:a#:a", {"/1/b?c=2#3"}, {"/1/b?c=2"}},
    {"https://example.com:0443/a", {"https://example.com:443/a"}, {"https://example.com:80/a"}},
    {"ht{tp}s://EXAMPLE.com/a\\:", {"https://example.com/a:"}, {"https://example.com/a"}},
    {"https://127.0.0.1/*", {"https://127.0.0.1/a"}, {"https://127.0.0.2/a"}},
    {"/.well-known/mercure/subscriptions/exact/:match/:subscriber",
     {"/.well-known/mercure/subscriptions/exact/foo/bar"},
     {"/.well-known/mercure/subscriptions/exact/foo"}},
    {"/a/*/b", {"/a/x/b", "/a/x/y/b", "/a//b"}, {"/a/b"}},
    {"/*.json", {"/a.json", "/a/b.json", "/.json"}, {"/a.jsonx"}},
    {"/:a-:b", {"/x-y"}, {"/xy"}},
    {"/:a.:b", {"/x.y", "/x.y.z"}, {"/xy"}},
    {"foo", {"foo", "/foo", "http://mercure.invalid/foo"}, {"bar", "/x/foo"}},
    {"?q=1", {"?q=1", "/?q=1"}, {"/?q=2", "/a?q=1"}},
    {"ws://example.com/:a", {"ws://example.com/x"}, {"wss://example.com/x"}},
    {"custom://host/:a/b", {"custom://host/x/b"}, {"custom://host/x/c", "custom://other/x/b"}},
    {"https://example.com/%7Euser/:a", {"https://example.com/%7Euser/1"}, {"https://example.com/~user/1"}},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(url_pattern_suite, Fixture)

BOOST_AUTO_TEST_CASE(what_url_patterns_match) {
  for (const auto& [text, matching, others] : url_rows) {
    BOOST_TEST_CONTEXT(text) {
      const auto parsed = parse(text);
      for (const auto topic : matching) BOOST_TEST(parsed.matches(topic), topic);
      for (const auto topic : others) BOOST_TEST(!parsed.matches(topic), topic);
      BOOST_TEST(parsed.beginning() == "");
    }
  }
}

// The hub finds them by these.
BOOST_AUTO_TEST_CASE(urls_have_the_literals_of_the_patterns_that_match) {
  for (const auto& [text, matching, others] : url_rows) {
    const auto parsed = parse(text);
    for (const auto topic : matching) {
      const auto url = parsed.url_of(topic)->text();
      BOOST_TEST(url.starts_with(parsed.literals().front()), text << " and " << topic);
      BOOST_TEST(url.ends_with(parsed.literals().back()), text << " and " << topic);
      std::size_t at = 0;
      for (const auto& literal : parsed.literals()) {
        at = url.find(literal, at);
        BOOST_REQUIRE_MESSAGE(at != std::string::npos,
                              text << " matches " << topic << " without " << literal);
        at += literal.size();
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(another_base) {
  TemplateCache own(10, "https://hub.example.com/.well-known/mercure");
  const auto parse = [&](const char* text) { return own.parse(Template::Kind::url_pattern, text).value(); };
  BOOST_TEST(parse("/books/:id").matches("https://hub.example.com/books/1"));
  BOOST_TEST(parse("https://hub.example.com/books/:id").matches("/books/1"));
  BOOST_TEST(!parse("/books/:id").matches("https://other.example.com/books/1"));
  BOOST_TEST(parse("x/:id").matches("/.well-known/x/1"));
  BOOST_CHECK_THROW(TemplateCache(10, "/relative"), std::invalid_argument);
  BOOST_CHECK_THROW(TemplateCache(10, "urn:x"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(reserved_topics_and_the_pattern_itself_do_not_match) {
  BOOST_TEST(!parse("/*").matches("$stats"));
  BOOST_TEST(parse("/*").matches("/stats"));
  BOOST_TEST(!parse("/books/:id").matches("/books"));
}

BOOST_AUTO_TEST_CASE(what_is_no_url_pattern_is_refused_with_what_to_change) {
  const std::pair<std::string_view, std::string_view> refusals[] = {
      {"/a/(", "has a ( at byte 3 that is never closed; close it with ), or write \\("},
      {"/a/()", "has an empty expression at byte 3; write what it matches, or * for everything"},
      {"/a/((b))", "has a group in the expression at byte 3; write (?: in place of ("},
      {"a\\", "ends in a \\ that escapes nothing; write \\\\"},
      {"/a/}", "has a } at byte 3 of its path that belongs to no group; write \\}"},
      {"/{a{b}}", "has a { inside of braces in its path; braces cannot be nested"},
      {"https://exa mple.com/a", "has 'exa mple.com' in its host, which cannot stand there"},
      {"/:", "has a : at byte 1 of its path without a name behind it; write \\:"},
      {"/:a:a", "has the name :a twice in its path; give each group a name of its own"},
      {"https://[", "has '[' in its host, which cannot stand there"},
      {"https://example.com:65536/", "has '65536' in its port, which cannot stand there"},
      {"1a{b}://x/", "has '1a' in its protocol, which cannot stand there"},
  };
  for (const auto& [text, sentence] : refusals)
    BOOST_TEST(refusal(text) == "topic: the URL pattern " + std::string(text) + " " + std::string(sentence));
  for (const auto* text : {"{unclosed", "/a/(", "/a/(b", "/a/()", "/a/(?:b)", "/a/((b))", "/a/{b{c}}",
                           "/a/{:b:c}", "/a/}", "a\\", "/a/([)",
                           "/a/(\xc3\xa9"
                           ")",
                           "/a/+", "https://exa mple.com/a",
                           // What stands behind a colon is a name.
                           "/a:", "/:1", "/:/b", "/{:}", "/{:a}{:a}", "/:a/:a", "/a:-b", "/:\xe2\x80\x94",
                           "/?q=:", "https://example.com:80:90/", "https://[::1]/",
                           // What stands in a host.
                           "https://a[b/", "https://a]/", "https://[g]/", "https://[\\:\\:1%25]/",
                           "https://a|b/", "https://256.1.1.1/", "https://1.2.3.4.5/", "https://a^b/",
                           "https://a\\:b/", "h_t://a/", "https://example.com:8x/"})
    refusal(text);
  // What needs backtracking, and what would be too large.
  for (const auto* text : {"/(?=a)", "/(a(?=b))", "/(a(?!b))", "/(\\1)", "/((?:a{1000}){1000})", "/((?i)a)"})
    refusal(text);
  std::string groups;
  for (std::size_t i = 0; i < url_pattern_groups_max; ++i) groups += "/*";
  parse(groups);
  BOOST_TEST(refusal(groups + "/*").ends_with("has more than 20 groups"));
}

// A backtracking engine would need more time than the universe has for these.
BOOST_AUTO_TEST_CASE(hostile_url_patterns_and_topics_take_linear_time) {
  BOOST_TEST(!parse("/((?:a+)+)b").matches("/" + std::string(100'000, 'a')));
  BOOST_TEST(!parse("/((?:a|aa)+)/x").matches("/" + std::string(100'000, 'a')));
  std::string stars;
  for (int i = 0; i < 20; ++i) stars += "*a";
  BOOST_TEST(!parse("/" + stars + "b").matches("/" + std::string(100'000, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()
