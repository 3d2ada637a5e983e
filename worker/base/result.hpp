// Result<T, E>: a value or the reason why there is none. Every room has its own E, an enum or a small struct;
// it is turned into HTTP or into a sentence in one place. Reading the wrong side throws, which is a bug.
#pragma once

#include <boost/outcome/std_result.hpp>
#include <boost/outcome/try.hpp>

namespace worker::base {

template <class T, class E>
using Result = BOOST_OUTCOME_V2_NAMESPACE::basic_result<
    T, E, BOOST_OUTCOME_V2_NAMESPACE::policy::throw_bad_result_access<E, void>>;

/// Builds the failed side: `return failure(Refusal::version);`
using BOOST_OUTCOME_V2_NAMESPACE::failure;
using BOOST_OUTCOME_V2_NAMESPACE::success;

}  // namespace worker::base
