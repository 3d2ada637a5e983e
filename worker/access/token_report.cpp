#include "access/token_report.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "access/claims.hpp"
#include "access/compact_token.hpp"
#include "access/token_verifier.hpp"
#include "base/printable.hpp"

namespace worker::access {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

std::string date(sys_seconds time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(static_cast<std::time_t>(time.time_since_epoch().count())));
}

// "in 59 min", "2 h ago": the largest unit that fits twice.
std::string distance(sys_seconds time, sys_seconds now) {
  const auto away = time > now ? time - now : now - time;
  struct Unit {
    seconds length;
    const char* name;
  };
  constexpr Unit units[] = {
      {seconds(86'400), "d"}, {seconds(3'600), "h"}, {seconds(60), "min"}, {seconds(1), "s"}};
  const auto* unit = std::ranges::find_if(units, [&](const Unit& each) { return away >= 2 * each.length; });
  if (unit == std::end(units)) unit = std::end(units) - 1;
  const auto text = fmt::format("{} {}", away / unit->length, unit->name);
  return time > now ? "in " + text : text + " ago";
}

std::string list(const log::Selectors& selectors) {
  std::string text;
  for (const auto& selector : selectors.texts())
    text += (text.empty() ? "" : ", ") + base::printable(selector, 1'024);
  return text.empty() ? "nothing" : text;
}

class Lines {
 public:
  void add(std::string_view name, std::string_view text) { text_ += fmt::format("{}: {}\n", name, text); }
  void add_time(std::string_view name, const std::optional<sys_seconds>& time, sys_seconds now) {
    if (time) add(name, fmt::format("{}, {}", date(*time), distance(*time, now)));
  }
  TokenReport accepted() && {
    text_ += "accepted\n";
    return {true, std::move(text_)};
  }
  TokenReport refused(const TokenRefusal& refusal) && {
    add("refused", refusal.sentence);
    return {false, std::move(text_)};
  }

 private:
  std::string text_;
};

void add_claims(Lines& lines, const Claims& claims, sys_seconds now) {
  const auto& grant = claims.grant;
  lines.add("subject", grant.subject.empty() ? "none" : base::printable(grant.subject, 1'024));
  lines.add("may read", list(grant.subscribe));
  lines.add("may publish", list(grant.publish));
  if (grant.control) lines.add("may control", "yes");
  for (const auto& notice : claims.notices) lines.add("notice", notice);
  lines.add_time("issued", claims.times.issued, now);
  lines.add_time("valid from", claims.times.not_before, now);
  lines.add_time("ends", claims.times.expires, now);
  if (!claims.times.expires) lines.add("ends", "never");
}

}  // namespace

TokenReport report_token(std::string_view text, const KeySet& keys, const ClaimRules& rules,
                         sys_seconds now) {
  Lines lines;
  const auto token = parse_compact_token(text);
  if (!token) return std::move(lines).refused(token.error());
  lines.add("algorithm", name_of(token.value().algorithm));
  if (token.value().key_id) lines.add("kid", base::printable(*token.value().key_id, 256));
  const Key* key = nullptr;
  const auto payload = verified_payload(token.value(), keys, &key);
  if (!payload) return std::move(lines).refused(payload.error());
  lines.add("signed with", key->source);
  log::TemplateCache templates;
  const auto claims = parse_claims(payload.value(), rules, &templates, token.value().is_access_token);
  if (!claims) return std::move(lines).refused(claims.error());
  add_claims(lines, claims.value(), now);
  if (const auto problem = time_problem(claims.value().times, rules, now))
    return std::move(lines).refused(*problem);
  return std::move(lines).accepted();
}

}  // namespace worker::access
