"""publish_stream: writes events into a topic as they come, over one request that stays open, and closes the topic behind the last one."""
import http.client, json, os, socket, sys, threading, time
from urllib.parse import urlencode, urlsplit

events = os.environ.get("EVENTS", "http://127.0.0.1:8080")


class Connection:
    """One request, and a thread that reads its answers. Nothing here raises: what failed is not answered."""

    def __init__(self, topic, content_type, on_stop):
        self.status, self.answered = None, 0
        self._on_stop = on_stop
        self._http = http.client.HTTPConnection(urlsplit(events).netloc, timeout=3600)
        self._reader = threading.Thread(target=self._read, daemon=True)
        try:
            self._http.putrequest("POST", "/publish/stream?" + urlencode({"topic": topic, "close": 1, "abort": "broken"}))
            self._http.putheader("Content-Type", content_type)
            self._http.putheader("Transfer-Encoding", "chunked")
            self._http.endheaders()  # before the first piece: a reader may stop an answer that has not begun
            self._socket = self._http.sock
            self._reader.start()
        except OSError:
            self._socket = None

    def is_open(self):
        return self._socket is not None and self._reader.is_alive()

    def send(self, piece):
        """An empty piece is the last one."""
        try:
            if self.is_open():
                self._socket.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        except OSError:
            pass  # the reader has noticed

    def finish(self):
        self.send(b"")
        if self._socket is not None:
            self._reader.join()

    def close(self):
        try:
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)  # also ends the reader, without which the connection would stay open
        except OSError:
            pass  # it is closed already
        self._http.close()

    def _read(self):
        try:
            response = self._http.getresponse()
            self.status = response.status
            for line in response if response.status == 200 else ():
                if line.endswith(b"\n"):  # else the worker died while it wrote
                    self._take(json.loads(line))
        except (OSError, http.client.HTTPException):
            pass

    def _take(self, line):
        if "stop" in line:
            self._on_stop()
        if "error" in line:
            print(line["error"], file=sys.stderr)
        if line.get("retry"):  # its store is away. All pieces again, in their order
            self.close()
        elif "stored" in line:  # at the end, where pieces came faster than they could be answered
            self.answered = line["stored"] + line["rejected"]
        elif "id" in line or "error" in line:
            self.answered += 1


def publish_stream(topic, content_type, pieces, on_stop=lambda: None):
    """`pieces` is an iterable of texts. Each is one event in the format `content_type`, with an id of its own: after a connection that
    broke, all of them are sent again, and those that the worker has are stored once. `on_stop` is called, in another thread, when a
    reader wants no more. If `pieces` raises, or this process dies, the worker publishes the event `broken`. Raises then, and
    where the worker refuses the request."""
    sent = []

    def connect():
        connection = Connection(topic, content_type, on_stop)
        for piece in sent:
            connection.send(piece)
        return connection

    connection = connect()
    try:
        for piece in pieces:
            sent.append(piece.encode())
            if connection.is_open():
                connection.send(sent[-1])
            else:
                connection = again(connection, connect)
        while True:
            connection.finish()
            if connection.answered >= len(sent):
                return
            connection = again(connection, connect)
    finally:
        connection.close()


def again(connection, connect):
    connection.close()
    if connection.status is not None and 400 <= connection.status < 500:
        raise ConnectionRefusedError(f"{events}/publish/stream: {connection.status}")
    time.sleep(0.5)
    return connect()
