// The main() of every unit test program.
#define BOOST_TEST_MODULE sse_worker
#include <boost/test/unit_test.hpp>
