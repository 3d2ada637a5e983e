-- sse-worker behind lighttpd: what lighttpd itself says while the worker is away.
local r = lighty.r
local status = r.req_item["http_status"] or 0

if status < 500 or (r.resp_header["Content-Type"] or ""):find("^application/") then
  return 0                                          -- the worker's own answer stays as it is
end

r.resp_header["Cache-Control"] = "no-store"         -- this moment's answer only
if r.req_attr["uri.path"] == "/events" then         -- an EventSource that sees an error status never comes back
  r.resp_header["Content-Type"] = "text/event-stream"
  r.resp_body.set("retry: 3000\n\n")                -- an empty stream: ask again in three seconds
  return 200
end

r.resp_header["Content-Type"] = "application/problem+json"
r.resp_header["Retry-After"] = "3"
r.resp_body.set('{"type":"about:blank","title":"Service Unavailable","status":503,' ..
  '"detail":"The worker does not answer. It is starting or down. Try again in 3 seconds."}\n')
return 503
