#include "api/request/caller.hpp"

#include <boost/test/unit_test.hpp>

using namespace worker;

BOOST_AUTO_TEST_SUITE(caller_suite)

BOOST_AUTO_TEST_CASE(who_has_the_key) {
  const auto with = [](const std::string& authorization) {
    http::Request request;
    request.headers.emplace("authorization", authorization);
    return request;
  };
  for (const auto* right : {"Bearer secret", "bearer secret", "BEARER  secret", "Bearer \tsecret"})
    BOOST_TEST(api::has_bearer_key(with(right), "secret"), right);
  for (const auto* wrong : {"Bearer Secret", "Bearer secre", "Bearer secrets", "Bearersecret", "Basic secret",
                            "secret", "Bearer", "Bearer ", ""})
    BOOST_TEST(!api::has_bearer_key(with(wrong), "secret"), wrong);
  BOOST_TEST(!api::has_bearer_key({}, "secret"));
}

BOOST_AUTO_TEST_CASE(an_empty_key_is_nobodys) {
  http::Request request;
  request.headers.emplace("authorization", "Bearer ");
  BOOST_TEST(!api::has_bearer_key(request, ""));
  BOOST_TEST(!api::has_bearer_key({}, ""));
}

BOOST_AUTO_TEST_SUITE_END()
