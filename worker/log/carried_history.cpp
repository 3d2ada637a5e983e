#include "log/carried_history.hpp"

#include <utility>
#include <vector>

#include "base/packed.hpp"
#include "log/history_loader.hpp"

namespace worker::log {
namespace {

void append_entry(base::PackedWriter& writer, const Entry& entry) {
  writer.number(entry.sequence());
  writer.number(static_cast<std::uint64_t>(entry.at().time_since_epoch().count()));
  writer.number((entry.closes() ? 1U : 0U) | (entry.is_private() ? 2U : 0U));
  writer.text(entry.key());
  writer.text(entry.publisher_id());
  writer.text(entry.frame());
  writer.number(entry.topics().size());
  for (const auto topic : entry.topics()) writer.text(topic);
}

// Null where it is none that may follow `last`.
EntryPtr read_entry(base::PackedReader& reader, Sequence last) {
  EntryParts parts{.sequence = reader.number()};
  parts.at = base::Instant(base::Instant::duration(static_cast<base::Instant::rep>(reader.number())));
  const auto flags = reader.number(3);
  parts.closes = (flags & 1U) != 0;
  parts.is_private = (flags & 2U) != 0;
  parts.key = reader.text();
  parts.publisher_id = reader.text();
  parts.frame = reader.text();
  for (auto left = reader.count(); left > 0 && !reader.failed(); --left)
    parts.topics.emplace_back(reader.text());
  if (reader.failed() || parts.sequence <= last || parts.topics.empty()) return nullptr;
  return Entry::make(parts);
}

void append_past_ids(base::PackedWriter& writer, const PastIds& ids) {
  writer.number(ids.key().first);
  writer.number(ids.key().second);
  writer.number(ids.all().size());
  for (const auto& [hash, sequence, fingerprint] : ids.all()) {
    writer.number(hash.first);
    writer.number(hash.second);
    writer.number(sequence);
    writer.number(fingerprint);
  }
}

PastIds read_past_ids(base::PackedReader& reader, std::size_t ids_max) {
  const base::SipKey key{.first = reader.number(), .second = reader.number()};
  PastIds ids(key, ids_max);
  for (auto left = reader.count(); left > 0 && !reader.failed(); --left) {
    const base::SipHash hash{.first = reader.number(), .second = reader.number()};
    const auto sequence = reader.number();
    ids.add({hash, sequence, reader.number()});
  }
  return ids;
}

}  // namespace

std::string packed(const History& history) {
  base::PackedWriter writer;
  const auto changes = all_changes(history);
  writer.text(history.epochs().name());
  writer.number(changes.last);
  writer.number(changes.forgotten_through);
  writer.number(changes.missing_tail_through);
  writer.number(changes.topics.size());
  for (const auto& [name, state] : changes.topics) {
    writer.text(name);
    writer.number(state ? state->lost_through : 0);
    writer.number(state ? state->closed_at : 0);
  }
  append_past_ids(writer, history.publisher_ids().past());
  const auto entries = history.retained().entries().read(0, std::string::npos);
  writer.number(entries.size());
  for (const auto& entry : entries) append_entry(writer, *entry);
  return writer.take();
}

std::optional<History> parse_history(std::string_view packed, const Settings& settings,
                                     const base::Clock& clock) {
  base::PackedReader reader(packed);
  HistoryLoader::Record record{.epoch = std::string(reader.text())};
  record.last = reader.number();
  record.discarded_through = reader.number(record.last);
  record.missing_tail_through = reader.number(record.last);
  for (auto left = reader.count(); left > 0 && !reader.failed(); --left) {
    std::string name(reader.text());
    TopicState state{.lost_through = reader.number(record.last)};
    state.closed_at = reader.number(record.last);
    record.topics.emplace_back(std::move(name), state);
  }
  record.past_ids = read_past_ids(reader, settings.past_ids_max);
  if (reader.failed() || record.epoch.empty()) return std::nullopt;
  const auto most = record.last;
  HistoryLoader loader(settings, std::move(record), clock);
  Sequence last = 0;
  for (auto left = reader.count(); left > 0; --left) {
    const auto entry = read_entry(reader, last);
    if (!entry || entry->sequence() > most) return std::nullopt;
    loader.add(entry);
    last = entry->sequence();
  }
  if (!reader.complete()) return std::nullopt;
  return std::move(loader).finish_without_store();
}

}  // namespace worker::log
