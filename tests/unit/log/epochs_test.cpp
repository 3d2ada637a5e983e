// Sequences and the ids of two epochs.
#include "log/epochs.hpp"

#include <boost/test/unit_test.hpp>

using namespace worker::log;

namespace {

Sequence found(const Epochs& epochs, const std::string& id) {
  return epochs.find(Cursor::parse(id).value()).value_or(999);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(epochs_suite)

BOOST_AUTO_TEST_CASE(ids_of_sequences_and_back) {
  Epochs epochs("e1");
  epochs.advance(7);
  BOOST_TEST(epochs.last() == 7U);
  BOOST_TEST(epochs.id_of(7) == "e1-7");
  BOOST_TEST(found(epochs, "e1-7") == 7U);
  BOOST_TEST(found(epochs, "e1-8") == 999U);
  BOOST_TEST(found(epochs, "e2-7") == 999U);
}

BOOST_AUTO_TEST_CASE(sequences_never_go_back) {
  Epochs epochs("e1");
  epochs.advance(7);
  epochs.advance(3);
  BOOST_TEST(epochs.last() == 7U);
}

BOOST_AUTO_TEST_CASE(a_new_epoch_numbers_its_ids_from_its_start) {
  Epochs epochs("e1");
  epochs.advance(7);
  epochs.begin("e2");
  BOOST_TEST(epochs.start() == 8U);
  BOOST_TEST(epochs.last() == 8U);
  epochs.advance(9);
  BOOST_TEST(epochs.id_of(9) == "e2-1");
  BOOST_TEST(epochs.id_of(7) == "e1-7");
  BOOST_TEST(found(epochs, "e2-1") == 9U);
  BOOST_TEST(found(epochs, "e2-2") == 999U);
  BOOST_TEST(found(epochs, "e1-7") == 999U);
  epochs.begin("e3");
  BOOST_TEST(epochs.id_of(9) == "e2-1");
  BOOST_TEST(epochs.id_of(7) == "e2-0");
}

BOOST_AUTO_TEST_CASE(ids_of_this_epoch_and_of_others) {
  const Epochs epochs("e1");
  BOOST_TEST(epochs.is_current("e1-12345"));
  for (const auto* id : {"e1", "e1-", "e1-x", "e2-1", "order-7"}) BOOST_TEST(!epochs.is_current(id));
  BOOST_TEST(epochs.is_other({"e2", 1}));
  for (const auto* name : {"e1", "e", "e22", "E2", "e/"}) BOOST_TEST(!epochs.is_other({name, 1}));
}

BOOST_AUTO_TEST_SUITE_END()
