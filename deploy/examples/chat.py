#!/usr/bin/env python3
"""A toy chat with two users, and the three ways in which it says who may read what. Standard library only.

    python3 chat.py [PORT]      # 3000; the variable EVENTS has the address of nginx, http://127.0.0.1:8080
"""
import base64, hashlib, hmac, json, os, secrets, sys, time
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

events = os.environ.get("EVENTS", "http://127.0.0.1:8080")
secret = b"an example, and no secret: 32 bytes"  # the key in chat.yaml
rooms = {"alice": ["room/lobby", "room/garden"], "bob": ["room/lobby"]}  # who may read and write what
sessions = {}


def topics(user):
    return rooms[user] + [f"user/{user}"]


def token(user):
    """A JSON Web Token, HS256, for ten minutes."""
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    claims = {"sub": user, "exp": int(time.time()) + 600, "sse": {"subscribe": topics(user)}}
    text = b".".join(part(json.dumps(each).encode()) for each in ({"alg": "HS256", "typ": "JWT"}, claims))
    return (text + b"." + part(hmac.digest(secret, text, hashlib.sha256))).decode()


def publish(topic, data):
    """Private: also where a topic is public, only those who were granted it get it."""
    body = json.dumps({"topic": topic, "data": data, "private": True}).encode()
    urlopen(Request(f"{events}/publish", body, {"Content-Type": "application/json"}), timeout=5).close()


class Chat(BaseHTTPRequestHandler):
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

    def user(self):
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("chat")
        return sessions.get(cookie.value) if cookie else None

    def do_GET(self):
        path, user = urlsplit(self.path).path, self.user()
        if path == "/chat/":
            return self.answer(200, Path(__file__).with_name("chat.html").read_text(), Content_Type="text/html")
        if user is None:
            return self.answer(401, WWW_Authenticate="Cookie")
        grant = {"subscribe": topics(user), "subject": user, "expires": int(time.time()) + 3600}
        if path == "/chat/stream":  # 1. hands over: nginx continues with /_events, and this request is done
            chosen = urlencode({"topic": topics(user)}, doseq=True)
            return self.answer(200, X_Accel_Redirect=f"/_events?{chosen}", X_Sse_Grant=urlencode(grant, doseq=True))
        if path == "/sse-grant":  # 2. nginx asks
            return self.answer(204, X_Sse_Grant=urlencode(grant, doseq=True))
        if path == "/chat/token":  # 3. signs a token
            return self.answer(200, token(user), Content_Type="text/plain", Cache_Control="no-store")
        self.answer(404)

    def do_POST(self):
        length = min(int(self.headers.get("Content-Length", 0)), 10_000)
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        if self.path == "/chat/login" and form.get("user") in rooms:  # a real one would ask for a password
            session = secrets.token_urlsafe()
            sessions[session] = form["user"]
            return self.answer(204, Set_Cookie=f"chat={session}; Path=/; HttpOnly; SameSite=Lax")
        if self.path == "/chat/say" and form.get("room") in rooms.get(self.user(), []):
            publish(form["room"], f"{self.user()}: {form.get('text', '')}")
            return self.answer(204)
        self.answer(403)


port = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
ThreadingHTTPServer(("127.0.0.1", port), Chat).serve_forever()
