-- sse-worker behind lighttpd: the answers of lighttpd while the worker is down.
local r = lighty.r
local status = r.req_item["http_status"] or 0

if status < 500 or (r.resp_header["Content-Type"] or ""):find("^application/") then
  return 0                                          -- pass the answers of the worker unchanged
end

r.resp_header["Cache-Control"] = "no-store"         -- do not cache
if r.req_attr["uri.path"] == "/events" then         -- an EventSource never reconnects after an error status
  r.resp_header["Content-Type"] = "text/event-stream"
  r.resp_body.set("retry: 3000\n\n")                -- an empty stream: reconnect in three seconds
  return 200
end

r.resp_header["Content-Type"] = "application/problem+json"
r.resp_header["Retry-After"] = "3"
r.resp_body.set('{"type":"about:blank","title":"Service Unavailable","status":503,' ..
  '"detail":"The worker does not answer. It is starting or down. Try again in 3 seconds."}\n')
return 503
