// publishStream: writes events into a topic as they come, over one request that stays open, and closes the topic behind the last one.
//
// `pieces` is an async iterable of texts. Each is one event in the format `type`, with an id of its own: after a connection that broke,
// all of them are sent again, and those that the worker has are stored once. `onStop` is called when a reader wants no more. If `pieces`
// throws, or this process dies, the worker publishes the event `broken`. Rejects then, and where the worker refuses the request.
import http from 'node:http';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';

const events = process.env.EVENTS ?? 'http://127.0.0.1:8080';

export async function publishStream(topic, type, pieces, onStop = () => {}) {
  const address = `${events}/publish/stream?${new URLSearchParams({topic, close: '1', abort: 'broken'})}`;
  const sent = [];
  let complete = false; // no further piece comes
  let failure = null;
  let request;

  // How many pieces are answered with this line, of which `before` were.
  function take(text, before) {
    if (!text.endsWith('}')) return before; // the worker died while it wrote
    const line = JSON.parse(text);
    if (line.stop) onStop();
    if (line.error) console.error(line.error);
    if (line.retry) request.destroy(); // its store is away. All pieces again, in their order
    if ('stored' in line) return line.stored + line.rejected; // at the end, where pieces came faster than they could be answered
    return !line.retry && ('id' in line || 'error' in line) ? before + 1 : before;
  }

  // One request. Whether everything was said and answered.
  const attempt = () => new Promise((resolve) => {
    let answered = 0;
    request = http.request(address, {method: 'POST', headers: {'Content-Type': type}});
    request.on('error', () => {}); // `close` follows
    request.on('close', () => resolve(complete && answered >= sent.length));
    request.on('response', (response) => {
      response.on('end', () => request.destroy()); // also where the worker ends it first
      if (response.statusCode >= 400 && response.statusCode < 500) failure ??= new Error(`${address}: ${response.statusCode}`);
      if (response.statusCode !== 200) return response.resume();
      createInterface({input: response}).on('line', (line) => (answered = take(line, answered))).on('error', () => {}); // the same
    });
    request.flushHeaders(); // before the first piece: a reader may stop an answer that has not begun
    for (const piece of sent) request.write(piece);
    if (complete) request.end();
  });
  const attempts = (async () => {
    while (!(await attempt()) && !failure) await sleep(500);
  })();

  try {
    for await (const piece of pieces) {
      if (failure) break;
      sent.push(piece);
      request.write(piece);
    }
    complete = true;
    request.end();
  } catch (error) {
    failure = error;
    request.destroy();
  }
  await attempts;
  if (failure) throw failure;
}
