// The form of a Mercure publish (https://mercure.rocks/spec, "Publication"), as a draft that cannot be wrong.
// Pure; from every thread.
#pragma once

#include <string_view>

#include "api/publish/draft_parser.hpp"
#include "api/publish/settings.hpp"
#include "log/topic_url.hpp"

namespace worker::api {

/// application/x-www-form-urlencoded with the fields topic (repeatable; the first is the canonical one),
/// data, private (whatever its value), id, type and retry. Of a field that is repeated the first counts,
/// empty ones of id, type and retry are as if they were left out, and other fields mean nothing. Fails with a
/// sentence that names the field: also for characters that format text, and for topics that are the hub's own
/// when they are resolved against `hub`, its address. What is over a bound gets 413.
DraftResult draft_from_mercure_form(std::string_view body, const PublishSettings& limits,
                                    const log::TopicUrl& hub);

}  // namespace worker::api
