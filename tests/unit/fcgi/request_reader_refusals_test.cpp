// Every reason for which a RequestReader refuses a peer.
#include <boost/test/unit_test.hpp>

#include "support/wire.hpp"
#include "unit/fcgi/feed.hpp"

using namespace worker::fcgi;
namespace wire = worker::support::wire;

namespace {

const auto params_end = wire::record(wire::params, 1);
const auto request_of_1 = wire::begin(1) + params_end + wire::record(wire::standard_input, 1);

// Whole and in pieces, alone and as the second request of a connection.
void refused(const std::string& bytes, std::string_view reason) {
  const auto expected = "refused: " + std::string(reason);
  BOOST_TEST(fed(bytes) == expected);
  BOOST_TEST(differing_split(bytes) == std::string::npos);
  BOOST_TEST(fed(request_of_1 + bytes) == "request 1 keep params  body \n" + expected);
  BOOST_TEST(fed(bytes.substr(0, bytes.size() - 1)) == "more");
}

std::string header(unsigned type, unsigned id, unsigned size = 0, unsigned version = 1) {
  return wire::record(type, id, std::string(size, '\0'), {.version = version}).substr(0, header_bytes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_reader_refusals_suite)

BOOST_AUTO_TEST_CASE(another_version) {
  for (const unsigned version : {0U, 2U, 127U, 255U}) {
    refused(header(wire::begin_request, 1, 8, version), "version");
    refused(wire::begin(1) + header(wire::params, 1, 0, version), "version");
    refused(wire::begin(1) + params_end + header(wire::standard_input, 1, 0, version), "version");
  }
  refused("GET / HT", "version");
}

BOOST_AUTO_TEST_CASE(a_first_record_of_another_type) {
  for (unsigned type = 0; type < 256; ++type) {
    if (type == wire::begin_request || type == wire::abort_request) continue;
    BOOST_TEST(fed(header(type, 1, 8)) == "refused: type", type);
  }
  refused(header(wire::abort_request, 0), "type");
}

BOOST_AUTO_TEST_CASE(a_type_that_has_no_place_among_the_parameters) {
  for (unsigned type = 0; type < 256; ++type) {
    if (type == wire::params || type == wire::abort_request) continue;
    BOOST_TEST(fed(wire::begin(1) + header(type, 1)) == "refused: type", type);
  }
  refused(wire::begin(1) + header(wire::standard_input, 1), "type");
  refused(wire::begin(1) + header(wire::begin_request, 1, 8), "type");
}

BOOST_AUTO_TEST_CASE(a_type_that_has_no_place_in_the_body) {
  for (unsigned type = 0; type < 256; ++type) {
    if (type == wire::standard_input || type == wire::abort_request) continue;
    BOOST_TEST(fed(wire::begin(1) + params_end + header(type, 1)) == "refused: type", type);
  }
  refused(wire::begin(1) + params_end + header(wire::params, 1), "type");
}

// Only management records may have the id 0.
BOOST_AUTO_TEST_CASE(records_of_a_request_without_an_id) {
  for (unsigned type = 2; type < wire::get_values; ++type) {
    refused(header(type, 0), "type");
    refused(wire::begin(1) + header(type, 0), "type");
    refused(wire::begin(1) + params_end + header(type, 0), "type");
  }
  refused(wire::begin(1) + header(wire::params, 0), "type");
  refused(wire::begin(1) + header(wire::abort_request, 0), "type");
}

BOOST_AUTO_TEST_CASE(an_id_of_no_request_or_of_another) {
  refused(header(wire::begin_request, 0, 8), "id");
  refused(wire::begin(1) + header(wire::params, 2), "id");
  refused(wire::begin(1) + header(wire::params, 257), "id");
  refused(wire::begin(256) + header(wire::params, 1), "id");
  refused(wire::begin(1) + params_end + header(wire::standard_input, 2), "id");
  refused(wire::begin(1) + params_end + header(wire::params, 2), "id");
}

BOOST_AUTO_TEST_CASE(a_begin_of_the_wrong_size) {
  for (const unsigned size : {0U, 1U, 7U, 9U, 16U, 65'535U})
    refused(header(wire::begin_request, 1, size), "length");
}

BOOST_AUTO_TEST_CASE(another_role) {
  for (const unsigned role : {0U, 2U, 3U, 256U, 257U, 65'535U}) refused(wire::begin(1, true, role), "role");
}

BOOST_AUTO_TEST_CASE(parameters_that_do_not_add_up) {
  for (const auto& params : {std::string("\x01"),
                             std::string("\x01\x05"
                                         "Ab"),
                             std::string("\xff\xff\xff\xff\x01"
                                         "A"),
                             wire::pair("A", std::string(1, '\0'))}) {
    refused(wire::begin(1) + wire::stream(wire::params, 1, params), "params");
    refused(wire::begin(1) + wire::stream(wire::params, 1, params, 1), "params");
  }
}

BOOST_AUTO_TEST_CASE(each_reason_has_its_name) {
  for (std::size_t i = 0; i < refusal_names.size(); ++i) {
    BOOST_TEST(name_of(static_cast<Refusal>(i)) == refusal_names[i]);
  }
  BOOST_TEST(name_of(Refusal::version) == "version");
  BOOST_TEST(name_of(Refusal::params) == "params");
  BOOST_TEST(name_of(Refusal::full) == "full");
  BOOST_TEST(name_of(Refusal::management) == "management");
}

BOOST_AUTO_TEST_SUITE_END()
