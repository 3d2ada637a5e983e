"""POST /publish/stream: one request that stays open, over which events go as they come. Its end closes their topic."""

import http.client
import json
import socket
import threading
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 5


class Broken(Exception):
    """The worker takes no more events of this stream."""


class PublishStream:
    """Events without a topic of their own, which is `topic`. A thread reads the answers; it ends with the request."""

    def __init__(self, origin, topic, say):
        """Raises Broken."""
        self._say = say
        self._http = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=TIMEOUT_SECONDS)
        try:
            self._http.putrequest('POST', '/publish/stream?' + urlencode({'topic': topic, 'close': 1}))
            self._http.putheader('Content-Type', 'application/x-ndjson')
            self._http.putheader('Transfer-Encoding', 'chunked')
            self._http.endheaders()
        except OSError as error:
            raise Broken(str(error)) from error
        self._socket = self._http.sock
        self._socket.settimeout(None)  # there is no answer without an event
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def write(self, events):
        """Raises Broken."""
        self._send(''.join(json.dumps(event, ensure_ascii=False) + '\n' for event in events).encode())

    def finish(self):
        """Raises Broken. That the topic is closed takes a moment more."""
        self._send(b'')

    def close(self):
        """Leaves the topic open."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the server has closed it

    def _send(self, chunk):
        if not self._reader.is_alive():
            raise Broken('the server has ended the request')
        try:
            self._socket.sendall(b'%x\r\n%s\r\n' % (len(chunk), chunk))
        except OSError as error:
            raise Broken(str(error)) from error

    def _read(self):
        try:
            response = self._http.getresponse()
            for line in response:
                if b'"error"' in line:  # a mistake of this program
                    self._say(f'an event was refused: {line[:300].decode(errors="replace").strip()}')
                    break
        except (OSError, http.client.HTTPException):
            pass
        finally:
            self._http.close()
