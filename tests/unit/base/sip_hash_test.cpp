#include "base/sip_hash.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace worker::base;

BOOST_AUTO_TEST_SUITE(sip_hash_suite)

// Vectors of the reference code, which OpenSSL's SIPHASH gives as well: the key 00 01 … 0f, the texts "", 00,
// 00 01, ….
BOOST_AUTO_TEST_CASE(the_vectors_of_the_reference_code) {
  const SipKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::string text;
  const auto after = [&](std::size_t length) {
    while (text.size() < length) text.push_back(static_cast<char>(text.size()));
    return sip_hash(key, text);
  };
  BOOST_TEST((after(0) == SipHash{0xe6a825ba047f81a3, 0x930255c71472f66d}));
  BOOST_TEST((after(1) == SipHash{0x44af996bd8c187da, 0x45fc229b11597634}));
  BOOST_TEST((after(8) == SipHash{0x61f55862baa9623b, 0xb49714f364e2830f}));
  BOOST_TEST((after(15) == SipHash{0x11a8b03399e99354, 0xd9c3cf970fec087e}));
  BOOST_TEST((after(63) == SipHash{0x4a83502f77d15051, 0x7cbd3f979a063e50}));
}

BOOST_AUTO_TEST_CASE(keys_differ) {
  BOOST_TEST((SipKey::random() != SipKey::random()));
  BOOST_TEST((sip_hash({1, 2}, "a") != sip_hash({1, 3}, "a")));
  BOOST_TEST((sip_hash({1, 2}, "a") != sip_hash({1, 2}, std::string("a\0", 2))));
}

BOOST_AUTO_TEST_SUITE_END()
