#include "log/template.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "log/template_cache.hpp"

using namespace worker::log;

namespace {

struct Fixture {
  Template parse(std::string_view text, Template::Kind kind = Template::Kind::uri_template) {
    return cache.parse(kind, text).value();
  }

  TemplateCache cache{3};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(template_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_literal_matches_its_own_text_alone) {
  const auto each = parse("orders/*", Template::Kind::literal);
  BOOST_TEST(each.matches("orders/*"));
  BOOST_TEST(!each.matches("orders/1"));
  const auto brace = parse("{a}", Template::Kind::literal);
  BOOST_TEST(brace.matches("{a}"));
  BOOST_TEST(!brace.matches("x"));
}

BOOST_AUTO_TEST_CASE(reserved_topics_do_not_match) {
  BOOST_TEST(!parse("{+a}").matches("$stats"));
  BOOST_TEST(parse("{+a}").matches("a$stats"));
  BOOST_TEST(!parse("$stat{a}").matches("$stats"));
  BOOST_TEST(!parse("$stats", Template::Kind::literal).matches("$stats"));
}

BOOST_AUTO_TEST_CASE(equal_ones_are_compiled_once) {
  const auto one = parse("a/{b}"), other = parse("a/{b}");
  BOOST_TEST((one == other));
  BOOST_TEST(&one.text() == &other.text());
  BOOST_TEST((one != parse("a/{c}")));
  BOOST_TEST((one != parse("a/{b}", Template::Kind::literal)));
  BOOST_TEST((parse("a/{b}") == TemplateCache().parse(Template::Kind::uri_template, "a/{b}").value()));
}

BOOST_AUTO_TEST_CASE(only_so_many_different_ones_are_in_use) {
  std::vector<Template> used{parse("{a}"), parse("{b}"), parse("{c}")};
  BOOST_TEST(cache.size() == 3U);
  const auto refused = cache.parse(Template::Kind::uri_template, "{d}");
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().full);
  BOOST_TEST(refused.error().sentence ==
             "topic: 3 different templates are in use, and no more are allowed; try again later");
  BOOST_TEST((parse("{a}") == used[0]));
  cache.set_limit(4);
  used.push_back(parse("{d}"));
  cache.set_limit(2);
  BOOST_TEST(cache.size() == 4U);
  BOOST_TEST((parse("{d}") == used[3]));
  used.pop_back();
  BOOST_TEST(cache.parse(Template::Kind::uri_template, "{d}").error().full);
  cache.set_limit(3);
  BOOST_TEST(!cache.parse(Template::Kind::uri_template, "{").error().full);
  used.pop_back();
  BOOST_TEST(cache.size() == 2U);
  used.push_back(parse("{d}"));
  used.clear();
  BOOST_TEST(cache.size() == 0U);
  // Those that are gone leave nothing behind.
  for (int i = 0; i < 1'000; ++i) parse("{x" + std::to_string(i) + "}");
}

BOOST_AUTO_TEST_CASE(templates_outlive_the_cache) {
  auto own = std::make_unique<TemplateCache>();
  const auto each = own->parse(Template::Kind::uri_template, "a/{b}/c/{d}").value();
  own.reset();
  BOOST_TEST(each.matches("a/1/c/2"));
}

BOOST_AUTO_TEST_CASE(a_set_is_sorted_and_has_each_once) {
  const TemplateSet set({parse("b{x}"), parse("a{x}"), parse("b{x}")});
  BOOST_TEST(set.size() == 2U);
  BOOST_TEST(set.begin()->text() == "a{x}");
  BOOST_TEST((set == TemplateSet({parse("a{x}"), parse("b{x}")})));
  BOOST_TEST((set != TemplateSet({parse("a{x}")})));
  BOOST_TEST((TemplateSet() == TemplateSet(std::vector<Template>())));
  BOOST_TEST((TemplateSet() < set));
  BOOST_TEST(set.contains(parse("b{x}")));
  BOOST_TEST(!set.contains(parse("c{x}")));
  BOOST_TEST(set.matches("b1"));
  BOOST_TEST(!set.matches("c1"));
  BOOST_TEST(!TemplateSet().matches("c1"));
}

BOOST_AUTO_TEST_CASE(threads_parse_and_match_at_the_same_time) {
  TemplateCache shared;
  std::atomic<int> matched = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2'000; ++i) {
        const auto each =
            shared.parse(Template::Kind::uri_template, "t/{a}/" + std::to_string(i % 50) + "/{b}");
        if (each.value().matches("t/x/" + std::to_string(i % 50) + "/y")) ++matched;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(matched == 8'000);
  BOOST_TEST(shared.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
