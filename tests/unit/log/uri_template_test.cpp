// URI templates: what they match is compared with what the expressions of the reference hub match.
#include "log/uri_template.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

#include "log/selectors.hpp"

using namespace worker::log;

namespace {

struct Fixture {
  Template parse(std::string_view text) {
    auto parsed = cache.parse(Template::Kind::uri_template, text);
    BOOST_REQUIRE_MESSAGE(parsed, text << ": " << (parsed ? "" : parsed.error().sentence));
    return std::move(parsed).value();
  }
  std::string refusal(std::string_view text) {
    auto parsed = cache.parse(Template::Kind::uri_template, text);
    BOOST_REQUIRE_MESSAGE(!parsed, text << " was parsed");
    BOOST_TEST(!parsed.error().full);
    return parsed.error().sentence;
  }

  TemplateCache cache;
};

struct Row {
  std::string_view text;
  std::vector<std::string_view> matching, others;
};

// The operators of RFC 6570, with one variable, several, and lists that explode.
const Row rows[] = {
    {"https://example.com/users/{id}",
     {"https://example.com/users/1", "https://example.com/users/", "https://example.com/users/a,b",
      "https://example.com/users/%C3%A9", "https://example.com/users/A-z_0.9~"},
     {"https://example.com/users", "https://example.com/users/1/", "https://example.com/users/1/2",
      "https://example.com/users/a b", "https://example.com/users/a=b", "https://example.com/users/%C",
      "https://example.com/users/%GG", "https://example.com/users/é", "https://example.com/users/1?q",
      "xhttps://example.com/users/1", "HTTPS://example.com/users/1", "https://example.com/users/1\n"}},
    {"https://example.com/{first}/{last}",
     {"https://example.com/a/b", "https://example.com//", "https://example.com/a/"},
     {"https://example.com/a", "https://example.com/a/b/c"}},
    {"/users/{id}/books/{book}.json",
     {"/users/1/books/2.json", "/users//books/.json", "/users/1/books/2.json.json"},
     {"/users/1/books/2.xml", "/users/1/book/2.json", "/users/1/books/2/3.json"}},
    {"{a}", {"", "x", "a,b", "%20"}, {"a/b", "/", "$stats", "a=b"}},
    {"{a,b}", {"x,y", "x,y,z", ""}, {"x/y", "a=1,b=2"}},
    {"{a*}", {"x,y", "a=1,b=2"}, {"x/y"}},
    {"{a,b*}", {"x,a=1", "a,b,c=d"}, {"x=1"}},
    {"{a:3}", {"abc", "abcdef"}, {"a/b"}},
    {"/{+path}/here",
     {"/a/b/c/here", "//here", "/a?b=c&d#e/here", "/[::1]:80@!$'()*+,;/here", "/here/here"},
     {"/here", "/a here/here", "/a/here/", "/\"/here"}},
    {"x{#a,b}", {"x", "x#", "x#a/b", "x#a,b#c"}, {"xa", "x/a"}},
    {"x{.a}", {"x", "x.", "x.a", "x.a.b"}, {"xa", "x/a", "x.a/b"}},
    {"x{.a,b*}", {"x.a.b.c", "x.a.b=1"}, {"x=1.a"}},
    {"{/a}", {"", "/", "/a"}, {"a", "/a/b", "//"}},
    {"{/a,b}", {"", "/a", "/a/b", "//"}, {"/a/b/c", "/a=1"}},
    {"{/a*}", {"/a/b/c", "/a=1/b=2", "///"}, {"a", "/a b"}},
    {"{/a,b*}/c", {"/c", "/x/c", "/x/y/z/c"}, {"/x", "x/c", "/a=1/c"}},
    {"x{;a}", {"x", "x;", "x;a=1", "x;a", "x;b=1,2"}, {"x;a=1;b=2", "xa"}},
    {"x{;a,b}", {"x;a=1", "x;a=1;b=2", "x;;"}, {"x;a=1;b=2;c=3", "x;a=1/2"}},
    {"/search{?q,lang}",
     {"/search", "/search?q=a", "/search?q=a&lang=en", "/search?", "/search?x"},
     {"/search?q=a&lang=en&x=1", "/search?q=a/b", "/search&q=a", "/search/"}},
    {"/search{?q*}", {"/search?a=1&b=2&c=3"}, {"/search?a=1?b"}},
    {"/search?fixed=yes{&x}", {"/search?fixed=yes", "/search?fixed=yes&x=1"}, {"/search?fixed=no&x=1"}},
    {"a.c{x}", {"a.c", "a.cd"}, {"abc"}},
    {"a(b)*[c]+{x}$", {"a(b)*[c]+$", "a(b)*[c]+1$"}, {"ab[c]+$", "a(b)*[c]+"}},
    {"bücher/{id}", {"bücher/1"}, {"b\xC3/1", "buecher/1"}},
    {"it's/%7Bid%7D/{x}", {"it's/%7Bid%7D/1"}, {"it's/{id}/1", "it's/%7bid%7d/1"}},
    {"{a}{b}{c}", {"", "abc"}, {"a/b"}},
    {"{%41.b_1,x.y.z:9999}", {"a"}, {"/"}},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(uri_template_suite, Fixture)

BOOST_AUTO_TEST_CASE(what_templates_match) {
  for (const auto& [text, matching, others] : rows) {
    BOOST_TEST_CONTEXT(text) {
      const auto parsed = parse(text);
      for (const auto topic : matching) BOOST_TEST(parsed.matches(topic), topic);
      for (const auto topic : others) BOOST_TEST(!parsed.matches(topic), topic);
      BOOST_TEST(parsed.matches(text));
      BOOST_TEST(text.starts_with(parsed.beginning()));
    }
  }
}

BOOST_AUTO_TEST_CASE(topics_have_the_literals_of_the_templates_that_match) {
  for (const auto& [text, matching, others] : rows) {
    const auto parsed = parse(text);
    auto topics = matching;
    topics.push_back(text);
    for (const auto topic : topics) {
      std::size_t at = 0;
      for (const auto& literal : parsed.literals()) {
        at = topic.find(literal, at);
        BOOST_REQUIRE_MESSAGE(at != std::string_view::npos,
                              text << " matches " << topic << " without " << literal);
        at += literal.size();
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_template_is_refused_with_what_to_change) {
  const std::pair<std::string_view, std::string_view> refusals[] = {
      {"a{b", "has a { at byte 1 that is never closed; close it with }"},
      {"{", "has a { at byte 0 that is never closed; close it with }"},
      {"a{b}}", "has a } at byte 4 that closes nothing; write %7D for the character, or open it with {"},
      {"a{b{c}}",
       "has a { at byte 3 inside of the expression that begins at byte 1; expressions cannot be nested"},
      {"a{}", "has an expression without a name at byte 1; write a name such as {id}"},
      {"a{+}", "has an expression without a name at byte 1; write a name such as {id}"},
      {"100%/{a}", "has a % at byte 3 that no two hexadecimal digits follow; write %25 for the character %"},
      {"{a}%4", "has a % at byte 3 that no two hexadecimal digits follow; write %25 for the character %"},
      {"a b/{a}", "has the character ' ' at byte 1; write it as %20"},
      {"a|b/{a}", "has the character '|' at byte 1; write it as %7C"},
  };
  for (const auto& [text, sentence] : refusals)
    BOOST_TEST(refusal(text) == fmt::format("topic: the URI template {} {}", text, sentence));
  for (const auto* variable : {"=a",  ",a",   "!a",  "@a", "|a",  "a,",      "a,,b", "a-b",  "a b",
                               ".a.", "a..b", "a.",  "a:", "a:0", "a:12345", "a:x",  "a:3*", "a*:3",
                               "*",   ":3",   "a%4", "%",  "a**", "é",       "a/b"}) {
    const auto sentence = refusal(fmt::format("x/{{{}}}", variable));
    BOOST_TEST((sentence.find("has the variable '") != std::string::npos ||
                sentence.find("without a name") != std::string::npos),
               variable << ": " << sentence);
  }
}

BOOST_AUTO_TEST_CASE(the_number_of_expressions_and_variables_is_bounded) {
  std::string text;
  for (std::size_t i = 0; i < uri_template_expressions_max; ++i) text += "{a}/";
  BOOST_TEST(parse(text).matches(std::string(uri_template_expressions_max, '/')));
  BOOST_TEST(refusal(text + "{a}").ends_with("has more than 20 expressions"));
  std::string variables = "{/a";
  for (std::size_t i = 1; i < uri_template_variables_max; ++i) variables += ",a";
  BOOST_TEST(parse(variables + "}").matches(std::string(uri_template_variables_max, '/')));
  BOOST_TEST(!parse(variables + "}").matches(std::string(uri_template_variables_max + 1, '/')));
  BOOST_TEST(refusal(variables + "}{b}").ends_with("has more than 50 variables"));
}

// A backtracking engine would need more time than the universe has for these.
BOOST_AUTO_TEST_CASE(hostile_templates_and_topics_take_linear_time) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "{+a}a";
  const auto parsed = parse(text);
  BOOST_TEST(parsed.matches(std::string(100'000, 'a')));
  BOOST_TEST(!parsed.matches(std::string(100'000, 'a') + "b"));
  BOOST_TEST(!parsed.matches(std::string(19, 'a')));
  // Every literal is as long as a selector may be.
  const auto longest = parse(std::string(4'096, 'x') + "{a}" + std::string(4'096, 'y') + "{+b}" + "z");
  BOOST_TEST(longest.matches(std::string(4'096, 'x') + std::string(8'192, 'y') + "//z"));
}

BOOST_AUTO_TEST_SUITE_END()
