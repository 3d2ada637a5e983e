#include "hooks/signature.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using worker::hooks::signature;
using worker::hooks::signing_key;

BOOST_AUTO_TEST_SUITE(signature_suite)

// The example of the libraries of Standard Webhooks: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw.
BOOST_AUTO_TEST_CASE(is_that_of_standard_webhooks) {
  const std::string key(
      "\x31\xf2\x90\xf6\xbf\x06\x29\x8a\xab\x4f\x08\xd4\x3c\x3f\x08\x2c\xf6\x48\xa3\x62\xda\x2d\xa4\xb0", 24);
  BOOST_TEST(signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})") ==
             "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

BOOST_AUTO_TEST_CASE(depends_on_everything) {
  const auto made = signature("key", "1", 2, "body");
  BOOST_TEST(made != signature("kez", "1", 2, "body"));
  BOOST_TEST(made != signature("key", "2", 2, "body"));
  BOOST_TEST(made != signature("key", "1", 3, "body"));
  BOOST_TEST(made != signature("key", "1", 2, "bodz"));
  BOOST_TEST(made == signature("key", "1", 2, "body"));
  BOOST_TEST(signature("", "", 0, "").size() == 47U);
}

BOOST_AUTO_TEST_CASE(a_key_as_the_libraries_take_it) {
  const auto key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
  BOOST_TEST(signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})") ==
             "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  // 25, 26 and 64 bytes.
  BOOST_TEST(signing_key("whsec_" + std::string(32, 'Y') + "YQ==").value().size() == 25U);
  BOOST_TEST(signing_key("whsec_" + std::string(32, 'Y') + "YWE=").value().size() == 26U);
  BOOST_TEST(signing_key("whsec_" + std::string(84, 'Y') + "YQ==").value().size() == 64U);
}

BOOST_AUTO_TEST_CASE(any_other_text_is_the_key_itself) {
  BOOST_TEST(signing_key("0123abcd").value() == "0123abcd");
  BOOST_TEST(signing_key("whsek_MfKQ").value() == "whsek_MfKQ");
}

BOOST_AUTO_TEST_CASE(what_follows_whsec_must_be_a_key) {
  for (const auto& text :
       {std::string(), std::string("MfKQ"), std::string(28, 'Y'), std::string(33, 'Y'),
        std::string(31, 'Y') + "!", std::string(32, 'Y') + "====", std::string(31, 'Y') + " ",
        std::string(84, 'Y') + "YWE=", std::string(1'000, 'Y')}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(!signing_key("whsec_" + text)); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
