# Varnish in front of nginx, which has the shipped files. Tried with 7.1.1. Answers stream through Varnish by themselves
# (beresp.do_stream is on), and those of the worker say that they are not to be kept.
vcl 4.1;

backend nginx {
    .host = "127.0.0.1";
    .port = "8080";
    .between_bytes_timeout = 75s;                   # between two events or heartbeats: over streams.heartbeat_seconds
    .first_byte_timeout = 75s;                      # longer than the longest long poll (streams.poll_seconds_max)
}

sub vcl_recv {
    if (req.url ~ "^/(publish|metrics)(\?|$)") {
        return (synth(403));                        # for nginx all requests now come from this machine
    }
    if (req.url ~ "^/events(\?|$)") {
        return (pass);                              # without it, requests with the same URL wait for each other
    }
}

sub vcl_backend_error {
    if (bereq.url ~ "^/events(\?|$)") {             # while nginx is down: an EventSource never reconnects after an error status
        set beresp.status = 200;
        set beresp.http.Content-Type = "text/event-stream";
        set beresp.http.Cache-Control = "no-store";
        set beresp.body = {"retry: 3000

"};
        return (deliver);
    }
}
