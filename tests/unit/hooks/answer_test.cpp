#include "hooks/answer.hpp"

#include <boost/test/unit_test.hpp>

using namespace worker::hooks;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(answer_suite)

BOOST_AUTO_TEST_CASE(two_hundreds_accept) {
  for (const long status : {200, 201, 204, 299})
    BOOST_TEST((answer_of(status, {}, 0s).kind == Answer::Kind::accepted));
  BOOST_TEST((answer_of(205, {}, 0s).kind == Answer::Kind::forgot));
  BOOST_TEST(!answer_of(200, {}, 7s).retry_after);
}

BOOST_AUTO_TEST_CASE(all_others_fail_and_may_say_when_to_come_back) {
  for (const long status : {0, 100, 199, 300, 302, 400, 404, 410, 429, 500, 503}) {
    const auto answer = answer_of(status, {}, 0s);
    BOOST_TEST((answer.kind == Answer::Kind::failed));
    BOOST_TEST(answer.reason.ends_with(std::to_string(status)));
    BOOST_TEST(!answer.retry_after);
  }
  BOOST_TEST((answer_of(429, {}, 7s).retry_after == 7s));
}

BOOST_AUTO_TEST_CASE(a_redirect_says_what_to_change) {
  BOOST_TEST(answer_of(302, "https://other/\n", 0s).reason ==
             "the receiver answers 302 with a redirect to https://other/\\x0a, which is not followed; set "
             "hooks.url to the right address");
}

BOOST_AUTO_TEST_SUITE_END()
