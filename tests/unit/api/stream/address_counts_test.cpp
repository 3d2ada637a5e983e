// Streams counted by address: exact at every end, freed with the last one, the same from many threads.
#include "api/stream/address_counts.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <thread>
#include <vector>

#include "support/addresses.hpp"

using namespace std::chrono_literals;
using namespace worker;
using namespace worker::support;
using api::AddressCounts;

namespace {

struct Fixture {
  const base::Instant now{1h};
  AddressCounts counts{3};

  AddressCounts::Entry* add(const http::RemoteAddress& from) {
    const auto added = counts.add(*from.network(), now);
    return added ? added.value() : nullptr;
  }
  std::vector<AddressCounts::Entry*> add(const http::RemoteAddress& from, int times) {
    std::vector<AddressCounts::Entry*> entries;
    entries.reserve(static_cast<std::size_t>(times));
    for (int i = 0; i < times; ++i) entries.push_back(add(from));
    return entries;
  }
  void remove(const std::vector<AddressCounts::Entry*>& entries) {
    for (auto* entry : entries) counts.remove(*entry);
  }
  AddressCounts::Full refusal(const http::RemoteAddress& from, base::Instant at) {
    return counts.add(*from.network(), at).error();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(address_counts_suite, Fixture)

BOOST_AUTO_TEST_CASE(as_many_as_there_may_be_and_not_one_more) {
  const auto all = add(ipv4(1), 3);
  BOOST_TEST(all.back() != nullptr);
  BOOST_TEST(add(ipv4(1)) == nullptr);
  const auto* other = add(ipv4(2));
  BOOST_TEST(other != nullptr);
  BOOST_TEST(counts.networks() == 2U);
  BOOST_TEST(counts.streams() == 4U);
  counts.remove(*all.front());
  const auto* next = add(ipv4(1));
  BOOST_TEST(next != nullptr);
  BOOST_TEST(add(ipv4(1)) == nullptr);
  BOOST_TEST(counts.streams() == 4U);
}

BOOST_AUTO_TEST_CASE(one_ipv6_network_is_one_reader_however_many_addresses_it_uses) {
  std::vector<AddressCounts::Entry*> all;
  for (int host = 1; host <= 3; ++host) all.push_back(add(ipv6(1, 1, host)));
  BOOST_TEST(all.back() != nullptr);
  BOOST_TEST(add(ipv6(1, 1, 99)) == nullptr);
  BOOST_TEST(counts.networks() == 1U);
  remove(all);
  BOOST_TEST(counts.networks() == 0U);
  BOOST_TEST(counts.streams() == 0U);
}

// A household has a /56, or a /48: 256 or 65,536 networks.
BOOST_AUTO_TEST_CASE(the_networks_of_one_ipv6_site_share_four_times_as_many) {
  std::vector<AddressCounts::Entry*> all;
  for (int i = 0; i < 12; ++i) {
    all.push_back(add(ipv6(1, i)));
    BOOST_TEST(all.back() != nullptr);
  }
  BOOST_TEST(add(ipv6(1, 12)) == nullptr);
  BOOST_TEST(add(ipv6(1, 0)) == nullptr);
  const auto full = refusal(ipv6(1, 12), now);
  BOOST_TEST(full.network.text() == "2001:db8:1::/48");
  BOOST_TEST(full.open == 12U);
  BOOST_TEST(full.most == 12U);
  auto* other = add(ipv6(2, 12));
  BOOST_TEST(other != nullptr);
  BOOST_TEST(counts.networks() == 13U);
  counts.remove(*all.back());
  all.back() = add(ipv6(1, 12));
  BOOST_TEST(all.back() != nullptr);
  remove(all);
  counts.remove(*other);
  BOOST_TEST(counts.networks() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_refused_changes_nothing) {
  const auto all = add(ipv4(1), 3);
  for (int i = 0; i < 100; ++i) BOOST_TEST(add(ipv4(1)) == nullptr);
  BOOST_TEST(counts.streams() == 3U);
  remove(all);
  BOOST_TEST(counts.streams() == 0U);
  BOOST_TEST(counts.networks() == 0U);
}

BOOST_AUTO_TEST_CASE(zero_is_without_limit_and_counts_all_the_same) {
  counts.set_limit(0);
  auto all = add(ipv4(1), 50);
  BOOST_TEST(all.back() != nullptr);
  counts.set_limit(40);
  BOOST_TEST(add(ipv4(1)) == nullptr);
  BOOST_TEST(refusal(ipv4(1), now).open == 50U);
  for (int i = 0; i < 10; ++i) counts.remove(*all[static_cast<std::size_t>(i)]);
  BOOST_TEST(add(ipv4(1)) == nullptr);
  counts.remove(*all[10]);
  BOOST_TEST(add(ipv4(1)) != nullptr);
}

BOOST_AUTO_TEST_CASE(refusals_are_those_of_the_address) {
  add(ipv4(1), 3);
  add(ipv4(2), 3);
  for (std::size_t i = 1; i <= 5; ++i) BOOST_TEST(refusal(ipv4(1), now).recent == i);
  BOOST_TEST(refusal(ipv4(2), now).recent == 1U);
  BOOST_TEST(refusal(ipv4(1), now + 25s).recent == 1U);
  const auto report = counts.take_report();
  BOOST_TEST(report.refused == 7U);
  BOOST_TEST(report.last.network.text() == "198.18.0.1");
  BOOST_TEST(counts.take_report().refused == 0U);
}

// Four threads open and end streams of few addresses in any order.
BOOST_AUTO_TEST_CASE(exact_from_many_threads) {
  constexpr int addresses = 5;
  std::atomic<int> held[addresses] = {};
  std::atomic<bool> exceeded = false;
  const auto open_and_end = [&](unsigned seed) {
    std::minstd_rand random(seed);
    std::vector<std::pair<std::size_t, AddressCounts::Entry*>> open;
    for (int i = 0; i < 20'000; ++i) {
      const std::size_t which = random() % addresses;
      if (random() % 2 == 0) {
        if (auto* entry =
                add(which == 0 ? ipv6(1, static_cast<int>(random() % 3)) : ipv4(static_cast<int>(which)))) {
          if (++held[which] > (which == 0 ? 9 : 3)) exceeded = true;
          open.emplace_back(which, entry);
        }
      } else if (!open.empty()) {
        std::swap(open[random() % open.size()], open.back());
        --held[open.back().first];
        counts.remove(*open.back().second);
        open.pop_back();
      }
    }
    for (const auto& [which, entry] : open) {
      --held[which];
      counts.remove(*entry);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i <= 4; ++i) threads.emplace_back(open_and_end, i);
  for (auto& thread : threads) thread.join();
  BOOST_TEST(!exceeded);
  BOOST_TEST(counts.networks() == 0U);
  BOOST_TEST(counts.streams() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
