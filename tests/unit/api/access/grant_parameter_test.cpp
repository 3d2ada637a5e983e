// SSE_GRANT: what an application says of a request, as the web server passes it.
#include "api/access/grant_parameter.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace worker;
using namespace worker::api;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

namespace {

base::Result<GrantParameter, std::string> parse(std::string_view text) {
  return parse_grant_parameter(text, 3, 20);
}

struct Bad {
  const char* text;
  const char* sentence;
};
std::ostream& operator<<(std::ostream& out, const Bad& bad) { return out << bad.text; }

const Bad bad[] = {
    {"topic=a",
     "topic: is not a member of a grant; there are subscribe, publish, subject, expires, control and resume"},
    {"Subscribe=a",
     "Subscribe: is not a member of a grant; there are subscribe, publish, subject, expires, control and "
     "resume"},
    {"subscribe=a&subscribe=b&subscribe=c&subscribe=d", "subscribe: 4 topics, at most 3 are allowed"},
    {"publish=a&publish=b&publish=c&publish=d", "publish: 4 topics, at most 3 are allowed"},
    {"expires=", "expires: must be Unix time in whole seconds"},
    {"expires=-1", "expires: must be Unix time in whole seconds"},
    {"expires=1e9", "expires: must be Unix time in whole seconds"},
    {"expires=253402300800", "expires: must be Unix time in whole seconds"},
    {"expires=99999999999999999999999", "expires: must be Unix time in whole seconds"},
    {"control=yes", "control: must be 0 or 1"},
    {"resume=", "resume: must be 1 to 31536000 seconds"},
    {"resume=0", "resume: must be 1 to 31536000 seconds"},
    {"resume=-1", "resume: must be 1 to 31536000 seconds"},
    {"resume=1h", "resume: must be 1 to 31536000 seconds"},
    {"resume=31536001", "resume: must be 1 to 31536000 seconds"},
    {"resume=99999999999999999999999", "resume: must be 1 to 31536000 seconds"},
    {"subject=a%00b", "subject: must be at most 256 bytes without control characters"},
    {"subject=a%0Ab", "subject: must be at most 256 bytes without control characters"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(grant_parameter_suite)

BOOST_AUTO_TEST_CASE(everything) {
  const auto [grant, resume] = parse(
                                   "subscribe=chat/42&subscribe=user/7/*&publish=chat/"
                                   "42&subject=al%20ice&expires=1764000000&control=1&resume=86400")
                                   .value();
  BOOST_TEST((resume == 24h));
  BOOST_TEST(grant.subject == "al ice");
  BOOST_TEST(grant.subscribe.covers("chat/42"));
  BOOST_TEST(grant.subscribe.covers("user/7/*"));
  BOOST_TEST(!grant.subscribe.covers("chat/43"));
  BOOST_TEST(grant.publish.covers("chat/42"));
  BOOST_TEST(!grant.publish.covers("user/7/a"));
  BOOST_TEST(grant.control);
  BOOST_TEST((grant.expires == std::chrono::sys_seconds(1'764'000'000s)));
}

BOOST_AUTO_TEST_CASE(nothing_is_a_grant_of_nothing) {
  BOOST_TEST((parse("").value().grant == access::Grant{}));
  BOOST_TEST(!parse("").value().resume);
}

BOOST_DATA_TEST_CASE(what_cannot_be_read_is_not_a_grant, data::make(bad), each) {
  const auto grant = parse(each.text);
  BOOST_REQUIRE(!grant);
  BOOST_TEST(grant.error() == each.sentence);
}

BOOST_AUTO_TEST_CASE(a_topic_that_is_none) {
  BOOST_TEST(parse("subscribe=").error().starts_with("subscribe: "));
  BOOST_TEST(parse("publish=" + std::string(21, 'x')).error().starts_with("publish: "));
  BOOST_TEST(parse("subscribe=a%FF").error().starts_with("subscribe: "));
}

BOOST_AUTO_TEST_CASE(a_subject_has_a_bound) {
  BOOST_TEST(parse("subject=" + std::string(256, 's')).has_value());
  BOOST_TEST(!parse("subject=" + std::string(257, 's')));
}

BOOST_AUTO_TEST_CASE(members_have_a_bound) {
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "control=0&";
  BOOST_TEST(parse(many).error() == "more than 22 members");
}

BOOST_AUTO_TEST_SUITE_END()
