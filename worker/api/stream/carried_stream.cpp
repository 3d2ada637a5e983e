#include "api/stream/carried_stream.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/packed.hpp"

namespace worker::api {
namespace {

using log::Template;
using log::TypedSelector;

// A publisher's id has at most 1,024 bytes.
constexpr std::size_t cursor_bytes_max = 2'048;

std::uint64_t packed_instant(base::Instant instant) {
  return static_cast<std::uint64_t>(instant.time_since_epoch().count());
}

// Of one clock: the machine's time since its start.
base::Instant unpacked_instant(std::uint64_t number) {
  return base::Instant(base::Instant::duration(static_cast<base::Instant::rep>(number)));
}

// As that kind of selector which is parsed to the same.
TypedSelector::Kind kind_of(const Template& each) {
  switch (each.kind()) {
    case Template::Kind::uri_template:
      return TypedSelector::Kind::uri_template;
    case Template::Kind::url_pattern:
      return TypedSelector::Kind::url_pattern;
    case Template::Kind::literal:
      break;
  }
  return TypedSelector::Kind::exact;
}

void append_selector(base::PackedWriter& writer, TypedSelector::Kind kind, std::string_view text) {
  writer.number(static_cast<std::uint64_t>(kind));
  writer.text(text);
}

void append_templates(base::PackedWriter& writer, const log::TemplateSet& templates) {
  for (const auto& each : templates) append_selector(writer, kind_of(each), each.text());
}

std::optional<log::Selectors> parse_packed_selectors(base::PackedReader& reader,
                                                     log::TemplateCache& templates) {
  std::vector<TypedSelector> typed;
  for (auto left = reader.count(); left > 0 && !reader.failed(); --left) {
    const auto kind = reader.number(static_cast<std::uint64_t>(TypedSelector::Kind::url_pattern));
    typed.push_back({static_cast<TypedSelector::Kind>(kind), reader.text()});
  }
  if (reader.failed()) return std::nullopt;
  auto parsed = log::Selectors::parse(typed, std::string::npos, templates);
  if (!parsed) return std::nullopt;
  return std::move(parsed).value();
}

}  // namespace

std::string CarriedStream::packed() const {
  base::PackedWriter writer;
  writer.text(cursor);
  writer.text(subject);
  writer.number(network ? 1 : 0);
  writer.number(network ? network->bits : 0);
  writer.number(network ? network->length : 0);
  writer.number(packed_instant(since));
  writer.number(end ? 1 : 0);
  writer.number(end ? packed_instant(end->at) : 0);
  writer.number(end && end->expires ? 1 : 0);
  writer.number(heartbeats == hub::Subscriber::HeartbeatMode::events ? 1 : 0);
  return writer.take();
}

std::optional<CarriedStream> CarriedStream::parse(std::string_view packed) {
  base::PackedReader reader(packed);
  CarriedStream stream{.cursor = std::string(reader.text()), .subject = std::string(reader.text())};
  const bool counted = reader.flag();
  http::Network network{.bits = reader.number()};
  network.length = static_cast<std::uint8_t>(reader.number(http::Network::ipv6_bits));
  if (counted) stream.network = network;
  stream.since = unpacked_instant(reader.number());
  const bool ends = reader.flag();
  const auto at = unpacked_instant(reader.number());
  const bool expires = reader.flag();
  if (ends) stream.end = StreamEnd{at, expires};
  if (reader.flag()) stream.heartbeats = hub::Subscriber::HeartbeatMode::events;
  if (!reader.complete() || stream.cursor.empty() || stream.cursor.size() > cursor_bytes_max)
    return std::nullopt;
  return stream;
}

std::string packed(const log::Subscription& subscription) {
  base::PackedWriter writer;
  const auto& asked = subscription.asked();
  using Kind = TypedSelector::Kind;
  writer.number(asked.names().size() + asked.prefixes().size() + asked.templates().size());
  for (const auto& name : asked.names()) append_selector(writer, Kind::pattern, name);
  for (const auto& prefix : asked.prefixes()) append_selector(writer, Kind::pattern, prefix + "*");
  append_templates(writer, asked.templates());
  std::vector<std::string_view> granted;
  for (std::string_view rest = subscription.granted(); !rest.empty();) {
    granted.push_back(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(granted.back().size() + 1, rest.size()));
  }
  writer.number(granted.size() + subscription.granted_templates().size());
  for (const auto line : granted) append_selector(writer, Kind::pattern, line);
  append_templates(writer, subscription.granted_templates());
  return writer.take();
}

std::optional<log::Subscription> parse_subscription(std::string_view packed, log::TemplateCache& templates) {
  base::PackedReader reader(packed);
  auto asked = parse_packed_selectors(reader, templates);
  if (!asked || asked->empty()) return std::nullopt;
  const auto granted = parse_packed_selectors(reader, templates);
  if (!granted || !reader.complete()) return std::nullopt;
  return log::Subscription(*std::move(asked), *granted);
}

}  // namespace worker::api
