// An event in one piece of memory: all of its parts come back as they were given.
#include "log/entry.hpp"

#include <boost/test/unit_test.hpp>

using namespace worker::log;

namespace {

std::vector<std::string> names_of(const Entry& entry) {
  std::vector<std::string> names;
  for (const auto name : entry.topics()) names.emplace_back(name);
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(entry_suite)

BOOST_AUTO_TEST_CASE(all_parts_come_back) {
  const worker::base::Instant at{std::chrono::seconds(7)};
  const auto entry = Entry::make({.sequence = 1ULL << 40U,
                                  .topics = {"a", std::string(300, 'b'), "ü"},
                                  .key = "key",
                                  .closes = true,
                                  .at = at,
                                  .dated_ms = -5,
                                  .publisher_id = std::string("own\0id", 6),
                                  .frame = "data: x\n\n"});
  BOOST_TEST(entry->sequence() == 1ULL << 40U);
  BOOST_TEST(names_of(*entry) == (std::vector<std::string>{"a", std::string(300, 'b'), "ü"}),
             boost::test_tools::per_element());
  BOOST_TEST(entry->topics().size() == 3U);
  BOOST_TEST(entry->topics().front() == "a");
  BOOST_TEST(entry->key() == "key");
  BOOST_TEST(entry->closes());
  BOOST_TEST((entry->at() == at));
  BOOST_TEST(entry->dated_ms() == -5);
  BOOST_TEST(entry->publisher_id() == std::string_view("own\0id", 6));
  BOOST_TEST(entry->frame() == "data: x\n\n");
}

BOOST_AUTO_TEST_CASE(nothing_but_a_topic) {
  const auto entry = Entry::make({.topics = {"t"}});
  BOOST_TEST(entry->frame().empty());
  BOOST_TEST(entry->publisher_id().empty());
  BOOST_TEST(entry->key().empty());
  BOOST_TEST(!entry->closes());
  BOOST_TEST(names_of(*entry) == std::vector<std::string>{"t"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(as_many_topics_as_there_are) {
  std::vector<std::string> topics;
  for (int i = 0; i < 1'000; ++i)
    topics.push_back(std::string(static_cast<std::size_t>(i), 'x') + std::to_string(i));
  const auto entry = Entry::make({.topics = topics, .frame = std::string(100'000, 'f')});
  BOOST_TEST((names_of(*entry) == topics));
  BOOST_TEST(entry->frame().size() == 100'000U);
}

BOOST_AUTO_TEST_CASE(the_last_owner_frees_it) {
  auto entry = Entry::make({.topics = {"t"}, .frame = "f"});
  const EntryPtr second = entry;
  entry.reset();
  BOOST_TEST(second->frame() == "f");
}

BOOST_AUTO_TEST_CASE(parts_count_as_much_as_the_entry) {
  const EntryParts parts{.topics = {"a", "b"}, .key = "k", .publisher_id = "id", .frame = "data: x\n\n"};
  BOOST_TEST(parts.size_bytes() == Entry::make(parts)->size_bytes());
}

BOOST_AUTO_TEST_SUITE_END()
