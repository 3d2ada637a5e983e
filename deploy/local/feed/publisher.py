"""POST /publish, a batch at a time over one kept connection."""

import http.client
import json
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5
ANSWER_BYTES_MAX = 1 << 20


class Unavailable(Exception):
    """The server is away, or answers that it is. Trying again later helps."""


class Publisher:
    def __init__(self, origin, say):
        self._host = urlsplit(origin).netloc
        self._say = say
        self._connection = None
        self._complained = False

    def send(self, events):
        """Raises Unavailable, or PermissionError when the server will never take them."""
        if not events:
            return
        body = ''.join(json.dumps(event, ensure_ascii=False, separators=(',', ':')) + '\n' for event in events)
        status, answer = self._post(body.encode())
        if status in (401, 403):
            raise PermissionError(f'{status} {answer[:300].strip()}')
        if status != 200:
            raise Unavailable(f'{status} {http.client.responses.get(status, "")}'.rstrip())
        self._look_for_errors(answer)

    def _post(self, body):
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self._host, timeout=TIMEOUT_SECONDS)
            self._connection.request('POST', '/publish', body, {'Content-Type': 'application/x-ndjson'})
            response = self._connection.getresponse()
            answer = response.read(ANSWER_BYTES_MAX).decode(errors='replace')
            if not response.isclosed() or response.will_close:
                self._close()
            return response.status, answer
        except (OSError, http.client.HTTPException) as error:
            self._close()
            raise Unavailable(str(error) or type(error).__name__) from error

    def _close(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _look_for_errors(self, answer):
        """One bad event does not spoil the batch. The first is told; it is a mistake of this program."""
        if self._complained or '"error"' not in answer:
            return
        self._complained = True
        bad = next(line for line in answer.splitlines() if '"error"' in line)
        self._say(f'an event was refused: {bad[:300]}')
