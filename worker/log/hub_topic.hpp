// HubTopic: topics whose events come from the worker alone, because they say who subscribes by the Mercure
// protocol. Pure.
#pragma once

#include <string_view>

#include "log/topic_url.hpp"

namespace worker::log {

/// True of names that, as URLs resolved against `base`, have the path /.well-known/mercure or one below it,
/// however it is spelled.
bool is_hub_topic(std::string_view name, const TopicUrl& base);

/// The same without a base, and of names that have the path anywhere in them.
bool is_hub_topic(std::string_view name);

}  // namespace worker::log
