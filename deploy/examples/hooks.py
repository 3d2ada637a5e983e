#!/usr/bin/env python3
"""A receiver of hooks: verifies the signature, and prints which topics somebody reads. Standard library only.

    python3 hooks.py [PORT]   # 3000; the variable KEY_FILE names the file of hooks.key_file of the worker
"""
import base64, hashlib, hmac, json, os, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

text = Path(os.environ.get("KEY_FILE", "hooks.key")).read_text().strip()
key = base64.b64decode(text[6:]) if text.startswith("whsec_") else text.encode()
lock = threading.Lock()
workers = {}  # name -> [instance, number of its last delivery, topics with readers]


def is_signed(headers, body):
    """The signature of Standard Webhooks, no older than five minutes."""
    when = headers.get("webhook-timestamp", "0")
    text = f"{headers.get('webhook-id')}.{when}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.digest(key, text, hashlib.sha256))
    given = headers.get("webhook-signature", "").encode()
    return when.isdigit() and abs(time.time() - int(when)) < 300 and hmac.compare_digest(given, expected)


def take(delivery):
    """Returns the status of the answer."""
    instance, number = delivery["id"].split("-")
    events = delivery["events"]
    known = workers.get(delivery["worker"])
    if known and known[0] == instance and known[1] >= int(number):
        return 204  # a repetition
    if not known and not (events and events[0]["type"] == "reset"):
        return 205  # this program was restarted: asks for everything
    topics = known[2] if known else set()
    workers[delivery["worker"]] = [instance, int(number), topics]
    for event in events:
        if event["type"] == "occupied":
            topics.add(event["topic"])
        elif event["type"] == "vacated":
            topics.discard(event["topic"])
        elif event["type"] in ("reset", "stopped"):
            topics.clear()
    return 204


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with lock:
            status = take(json.loads(body)) if is_signed(self.headers, body) else 401
            print("read:", " ".join(sorted(set().union(*(each[2] for each in workers.values())))), flush=True)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


# Each worker keeps its connection, which has a thread.
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 3000), Receiver).serve_forever()
