#include "hooks/answer.hpp"

#include <fmt/format.h>

#include "base/printable.hpp"

namespace worker::hooks {

Answer answer_of(long status, std::string_view location, std::chrono::seconds retry_after) {
  Answer answer;
  if (status >= 200 && status < 300) {
    answer.kind = status == 205 ? Answer::Kind::forgot : Answer::Kind::accepted;
    return answer;
  }
  answer.reason = fmt::format("the receiver answers {}", status);
  if (!location.empty()) {
    answer.reason +=
        fmt::format(" with a redirect to {}, which is not followed; set hooks.url to the right address",
                    base::printable(location, 200));
  }
  if (retry_after.count() > 0) answer.retry_after = retry_after;
  return answer;
}

}  // namespace worker::hooks
