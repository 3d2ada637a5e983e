#include "probe/servers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace worker::probe {
namespace {

struct Known {
  Server server;
  std::string_view name;
  std::string_view word;  // in Server or Via
};
constexpr std::array<Known, 8> known = {{{Server::nginx, "nginx", "nginx"},
                                         {Server::nginx, "nginx", "openresty"},
                                         {Server::apache, "Apache", "apache"},
                                         {Server::caddy, "Caddy", "caddy"},
                                         {Server::lighttpd, "lighttpd", "lighttpd"},
                                         {Server::varnish, "Varnish", "varnish"},
                                         {Server::h2o, "h2o", "h2o"},
                                         {Server::cloudflare, "Cloudflare", "cloudflare"}}};

constexpr std::string_view nginx_file = "/etc/nginx/snippets/sse-worker.events.conf";
constexpr std::string_view apache_file = "/etc/apache2/conf-available/sse-worker.conf";
constexpr std::string_view haproxy_file = "/etc/haproxy/haproxy.cfg";
constexpr std::string_view caddy_file = "/etc/caddy/Caddyfile";
constexpr std::string_view lighttpd_file = "/etc/lighttpd/conf-enabled/sse-worker.conf";
constexpr std::string_view varnish_file = "/etc/varnish/default.vcl";
constexpr std::string_view h2o_file = "/etc/h2o/h2o.conf";

struct Line {
  Problem problem;
  Server server;
  std::string_view file;
  std::string_view line;
};
constexpr Line lines[] = {
    {Problem::held, Server::nginx, nginx_file,
     "fastcgi_buffering off;    # and no fastcgi_ignore_headers X-Accel-Buffering"},
    {Problem::held, Server::nginx, "nginx in front of another server, the location of /events",
     "proxy_buffering off;    # and no proxy_ignore_headers X-Accel-Buffering"},
    {Problem::held, Server::apache, apache_file, "ProxySet flushpackets=on timeout=75 retry=0"},
    {Problem::held, Server::caddy, caddy_file, "@page not path /events    and    encode @page gzip"},
    {Problem::held, Server::lighttpd, lighttpd_file, "server.stream-response-body = 1"},
    {Problem::held, Server::varnish, varnish_file,
     "sub vcl_recv: if (req.url ~ \"^/events\") { return (pass); }    # and no do_stream = false"},
    {Problem::held, Server::cloudflare, "Cloudflare, a rule for /events", "no caching, and no compression"},
    {Problem::held, Server::unnamed, haproxy_file,
     "option http-no-delay    # and no compression type text/event-stream"},
    {Problem::late, Server::unnamed, haproxy_file, "option http-no-delay    # frontend and backend"},
    {Problem::compressed, Server::nginx, nginx_file, "gzip off;"},
    {Problem::compressed, Server::apache, apache_file, "SetEnv no-gzip 1    and    SetEnv no-brotli 1"},
    {Problem::compressed, Server::caddy, caddy_file, "@page not path /events    and    encode @page gzip"},
    {Problem::compressed, Server::lighttpd, lighttpd_file,
     "deflate.mimetypes    # without text/event-stream"},
    {Problem::compressed, Server::varnish, varnish_file,
     "sub vcl_backend_response: set beresp.do_gzip = false;"},
    {Problem::compressed, Server::h2o, h2o_file, "compress: OFF"},
    {Problem::compressed, Server::cloudflare, "Cloudflare, a rule for /events", "no compression"},
    {Problem::compressed, Server::unnamed, haproxy_file, "compression type    # without text/event-stream"},
    {Problem::lost_header, Server::nginx, nginx_file, "fastcgi_pass_request_headers on;"},
    {Problem::lost_header, Server::apache, apache_file, "no RequestHeader unset Last-Event-ID"},
    {Problem::lost_header, Server::caddy, caddy_file, "no header_up -Last-Event-ID"},
    {Problem::lost_header, Server::varnish, varnish_file, "no unset req.http.Last-Event-ID;"},
    {Problem::lost_header, Server::unnamed, haproxy_file, "no http-request del-header Last-Event-ID"},
    {Problem::cut, Server::nginx, nginx_file, "fastcgi_read_timeout 75s;"},
    {Problem::cut, Server::nginx, "nginx in front of another server, the location of /events",
     "proxy_read_timeout 75s;"},
    {Problem::cut, Server::apache, apache_file, "ProxySet flushpackets=on timeout=75 retry=0"},
    {Problem::cut, Server::caddy, caddy_file, "read_timeout 75s"},
    {Problem::cut, Server::lighttpd, lighttpd_file, "server.max-write-idle = 60"},
    {Problem::cut, Server::varnish, varnish_file, ".between_bytes_timeout = 75s;"},
    {Problem::cut, Server::h2o, h2o_file, "fastcgi.timeout.io: 75000"},
    {Problem::cut, Server::unnamed, haproxy_file, "timeout server 75s    and    timeout client 75s"},
    {Problem::away, Server::nginx, nginx_file, "error_page 500 502 503 504 = $sse_worker_away;"},
    {Problem::away, Server::apache, apache_file, "ErrorDocument 503 /sse-worker.asis"},
    {Problem::away, Server::caddy, caddy_file, "handle_errors, as in deploy/front-ends/Caddyfile"},
    {Problem::away, Server::lighttpd, lighttpd_file,
     "magnet.attract-response-start-to = ( \"/etc/lighttpd/conf-enabled/lighttpd.lua\" )"},
    {Problem::away, Server::varnish, varnish_file, "sub vcl_backend_error, as in before-nginx-varnish.vcl"},
    {Problem::away, Server::unnamed, haproxy_file,
     "http-after-response set-status 200 if { status 502:504 } { res.hdr(content-type) text/event-stream }"},
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

}  // namespace

std::vector<Server> servers_of(const client::Answer& answer) {
  std::vector<Server> found;
  for (const auto& [name, value] : answer.fields) {
    const auto text = lower(name == "x-varnish" ? "varnish" : std::string_view(value));
    if (name != "server" && name != "via" && name != "x-varnish") continue;
    for (const auto& [server, title, word] : known) {
      if (text.find(word) != std::string::npos && std::ranges::find(found, server) == found.end())
        found.push_back(server);
    }
  }
  if (found.empty()) found.push_back(Server::unnamed);
  return found;
}

std::string names_of(const std::vector<Server>& servers) {
  std::string text;
  for (const auto server : servers) {
    const auto* const found = std::ranges::find(known, server, &Known::server);
    if (!text.empty()) text += " or ";
    text += found == known.end() ? "a server that does not name itself (HAProxy?)" : found->name;
  }
  return text;
}

std::vector<Change> changes_for(Problem problem, const client::Answer& answer) {
  std::vector<Change> changes;
  // The worker asks for it, and an nginx that obeys removes it: what is still there nobody has obeyed.
  const bool is_asked = answer.field("x-accel-buffering").value_or("") == "no";
  const auto add = [&](Server server) {
    if (problem == Problem::held && server == Server::nginx && !is_asked)
      changes.push_back({std::string(nginx_file), "fastcgi_pass_header X-Accel-Buffering;"});
    for (const auto& each : lines)
      if (each.problem == problem && each.server == server)
        changes.push_back({std::string(each.file), std::string(each.line)});
  };
  const auto servers = servers_of(answer);
  for (const auto server : servers) add(server);
  // What adds 200 ms is never one of those that name themselves.
  if (changes.empty() && servers.front() != Server::unnamed) add(Server::unnamed);
  return changes;
}

}  // namespace worker::probe
