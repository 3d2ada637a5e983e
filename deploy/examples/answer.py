#!/usr/bin/env python3
"""Answers of a language model: a page shows them as they are written, survives reloads, and can stop them. Standard library only.

    python3 answer.py [PORT]      # 3000; the variable EVENTS has the address of nginx, http://127.0.0.1:8080
"""
import json, os, re, sys, threading, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

from publish_stream import publish_stream

events = os.environ.get("EVENTS", "http://127.0.0.1:8080")


def model(question, stopped):
    """The stream of a real model goes here. It ends when `stopped` is set."""
    text = f"You said: {question}\nI am no model, so I can only repeat it. " * 5
    for token in re.findall(r"\s*\S+", text):
        if stopped.wait(0.1):
            return
        yield token


def write(answer_id, question):
    stopped = threading.Event()
    lines = (json.dumps({"id": f"{answer_id}-{n}", "data": token}) + "\n" for n, token in enumerate(model(question, stopped)))
    publish_stream(f"answer/{answer_id}", "application/x-ndjson", lines, stopped.set)


def begin(question):
    answer_id = str(uuid.uuid4())
    threading.Thread(target=write, args=(answer_id, question), daemon=True).start()
    return answer_id


def is_id(text):
    """Also keeps patterns out of the addresses below."""
    return re.fullmatch("[0-9a-f-]{36}", text) is not None


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body="", **headers):
        body = body.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", len(body))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        address = urlsplit(self.path)
        answer_id = parse_qs(address.query).get("id", [""])[0]
        if address.path == "/answer/":
            return self.answer(200, Path(__file__).with_name("answer.html").read_text(), Content_Type="text/html")
        # Whoever has the id may read. A real one would ask whose answer it is. nginx continues with /_events, and this request is done.
        if address.path == "/answer/stream" and is_id(answer_id):
            return self.answer(200, X_Accel_Redirect=f"/_events?topic=answer/{answer_id}")
        self.answer(404)

    def do_POST(self):
        length = min(int(self.headers.get("Content-Length", 0)), 10_000)
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        if self.path == "/answer/ask":  # a page that is reloaded reads from the beginning
            return self.answer(200, f"id={begin(form.get('question', ''))}&lastEventId=earliest", Content_Type="text/plain")
        if self.path != "/answer/stop" or not is_id(form.get("id", "")):
            return self.answer(404)
        # Tells the readers, and publish_stream in whichever process the answer is written.
        try:
            command = urlencode({"action": "stop", "topic": f"answer/{form['id']}"}).encode()
            urlopen(f"{events}/control", command, timeout=5).close()
            self.answer(204)
        except HTTPError as refusal:
            self.answer(refusal.code)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    ThreadingHTTPServer(("127.0.0.1", port), Answers).serve_forever()
