#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/printable.hpp"
#include "client/address.hpp"
#include "probe/judge.hpp"

namespace worker::probe {
namespace {

using client::Ending;
using std::chrono::sys_seconds;

constexpr std::size_t reason_bytes_shown = 200;

bool has_ended_as(const client::Answer& answer, Ending::Kind kind) {
  return answer.ending && answer.ending->kind == kind;
}

std::string reason_of(const client::Answer& answer) {
  return answer.ending ? base::printable(answer.ending->reason, reason_bytes_shown) : std::string();
}

// A time as OpenSSL prints it.
std::optional<sys_seconds> certificate_time(const std::string& text) {
  const auto time = ::curl_getdate(text.c_str(), nullptr);
  if (time < 0) return std::nullopt;
  return sys_seconds(std::chrono::seconds(time));
}

std::string days_text(std::chrono::seconds time) {
  const auto hours = std::chrono::floor<std::chrono::hours>(time).count();
  constexpr long hours_a_day = 24;
  constexpr long days_from = 3;
  if (hours >= days_from * hours_a_day) return fmt::format("{} days", hours / hours_a_day);
  return fmt::format("{} hours", hours);
}

// Whoever renews certificates has done so before the last fifth of their time, or the last two weeks.
bool expires_soon(std::chrono::seconds left, const client::Answer& answer) {
  constexpr std::chrono::days two_weeks{14};
  const auto begin = certificate_time(answer.certificate_begin);
  const auto end = certificate_time(answer.certificate_end);
  if (!begin || !end) return left < two_weeks;
  constexpr int parts = 5;
  return left < std::min<std::chrono::seconds>(two_weeks, (*end - *begin) / parts);
}

const std::vector<Change>& renewal() {
  static const std::vector<Change> changes = {{"the front end's certificate (ssl_certificate in nginx)",
                                               "renew it: certbot renew, or a new file and a reload"}};
  return changes;
}

void judge_untrusted(const Observations& seen, Rows& rows) {
  const auto& shown = seen.certificate ? *seen.certificate : seen.main;
  const auto end = certificate_time(shown.certificate_end);
  const auto now = std::chrono::floor<std::chrono::seconds>(seen.now);
  if (end && *end <= now)
    return rows.wrong(Check::tls, fmt::format("the certificate has expired, {} ago", days_text(now - *end)),
                      renewal());
  const auto subject = base::printable(shown.certificate_subject);
  if (!shown.certificate_subject.empty() && shown.certificate_subject == shown.certificate_issuer)
    return rows.wrong(Check::tls,
                      fmt::format("the certificate is self-signed ({}); a browser refuses it", subject),
                      {{"the front end's certificate (ssl_certificate in nginx)",
                        "one of an authority that browsers trust; for one of your own: SSL_CERT_FILE=FILE "
                        "sse-worker probe …"}});
  constexpr long no_issuer = 20;    // X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
  constexpr long no_issuer_2 = 21;  // X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE
  const auto result = seen.main.ending->verify_result;
  if (result == no_issuer || result == no_issuer_2)
    return rows.wrong(
        Check::tls,
        fmt::format("the certificate ({}) is not signed by an authority that is trusted here", subject),
        {{"the front end's certificate (ssl_certificate in nginx)",
          "the whole chain, fullchain.pem; for an authority of your own: SSL_CERT_FILE=FILE sse-worker probe "
          "…"}});
  rows.wrong(Check::tls,
             fmt::format("the certificate ({}) is not accepted: {}", subject, reason_of(seen.main)),
             {{"the front end's certificate (ssl_certificate in nginx)", "one for the name in the address"}});
}

void judge_trusted(const Observations& seen, Rows& rows) {
  const auto took = seen.main.secured - seen.main.connected;
  const auto end = certificate_time(seen.main.certificate_end);
  const std::string by = seen.trusts_file ? " by SSL_CERT_FILE" : "";
  if (!end) return rows.ok(Check::tls, fmt::format("the certificate is trusted{}", by), milliseconds(took));
  const auto left = *end - std::chrono::floor<std::chrono::seconds>(seen.now);
  const auto text = fmt::format("the certificate is trusted{}, for {} more", by, days_text(left));
  if (expires_soon(left, seen.main))
    return rows.wrong(Check::tls, text + ": nobody has renewed it", renewal());
  rows.ok(Check::tls, text, milliseconds(took));
}

void judge_tls(const Observations& seen, Rows& rows) {
  const auto& main = seen.main;
  if (!seen.url.starts_with("https:"))
    return rows.unchecked(Check::tls, "the address is http://: everybody on the way can read it");
  if (has_ended_as(main, Ending::Kind::untrusted)) return judge_untrusted(seen, rows);
  if (has_ended_as(main, Ending::Kind::no_tls))
    return rows.wrong(
        Check::tls, "no TLS: " + reason_of(main),
        {{"nginx, the server block", "listen 443 ssl http2;    # ssl was missing, or another port"}});
  if (main.secured.count() == 0)
    return rows.wrong(Check::tls, fmt::format("no TLS within {}", time_text(seen.patience)),
                      {{"the front end", "is something else listening on this port?"}});
  judge_trusted(seen, rows);
}

std::string route(const std::vector<Hop>& hops) {
  std::string text;
  for (const auto& hop : hops) text += fmt::format("{} {} → ", client::shown(hop.from), hop.status);
  return text + (hops.empty() ? "" : client::shown(hops.back().to));
}

void judge_redirects(const Observations& seen, Rows& rows) {
  const auto line = [](std::string text) {
    return std::vector<Change>{{"the front end, the server of this name", std::move(text)}};
  };
  switch (seen.redirects) {
    case Observations::Redirects::circle:
      return rows.wrong(
          Check::redirects, "they go round in a circle: " + route(seen.hops),
          line("no return 301 for the address that it leads to (behind a proxy that ends TLS: its "
               "X-Forwarded-Proto decides, not $scheme)"));
    case Observations::Redirects::too_many:
      return rows.wrong(Check::redirects, fmt::format("more than {}: {}", seen.hops.size(), route(seen.hops)),
                        line("one redirect, or none"));
    case Observations::Redirects::left_https:
      return rows.wrong(Check::redirects,
                        "from https:// to http://, which a page may not follow: " + route(seen.hops),
                        line("return 301 https://$host$request_uri;"));
    case Observations::Redirects::followed:
      break;
  }
  if (seen.main.status == 0) return rows.unchecked(Check::redirects, "there is no answer");
  if (seen.hops.empty()) return rows.ok(Check::redirects, "none");
  rows.ok(Check::redirects, fmt::format("{}, at each reconnect: {}", seen.hops.size(), route(seen.hops)));
}

}  // namespace

void judge_connection(const Observations& seen, Rows& rows) {
  const auto& main = seen.main;
  // libcurl has no time of a connection on which TLS fails.
  const bool is_connected = main.connected.count() > 0 || !main.address.empty();
  if (main.resolved.count() == 0 && !is_connected) {
    const bool failed = has_ended_as(main, Ending::Kind::no_name);
    rows.wrong(Check::name,
               failed ? "the name does not resolve: " + reason_of(main)
                      : fmt::format("the name was not resolved within {}", time_text(seen.patience)),
               {{"the DNS zone of the name, or /etc/hosts",
                 "an A or AAAA record with the address of the front end"}});
    for (const auto check : {Check::connection, Check::tls, Check::redirects})
      rows.unchecked(check, "the name does not resolve");
    return;
  }
  rows.ok(Check::name, main.address.empty() ? "resolves" : "is " + base::printable(main.address),
          milliseconds(main.resolved));
  if (!is_connected) {
    rows.wrong(
        Check::connection,
        has_ended_as(main, Ending::Kind::no_connection)
            ? "refused: " + reason_of(main)
            : fmt::format("not within {}: nothing answers there, or a firewall drops it",
                          time_text(seen.patience)),
        {{"the front end", "is it running, and does it listen on this port? In nginx: listen 443 ssl;"}});
    for (const auto check : {Check::tls, Check::redirects}) rows.unchecked(check, "there is no connection");
    return;
  }
  rows.ok(Check::connection, "made",
          milliseconds(std::max(main.connected - main.resolved, std::chrono::microseconds(0))));
  judge_tls(seen, rows);
  judge_redirects(seen, rows);
}

}  // namespace worker::probe
