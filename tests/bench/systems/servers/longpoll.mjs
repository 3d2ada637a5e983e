// Long polling: a request waits for events after its cursor, gets all there are at once, and comes again. Who brings no
// cursor is told the present one.
import {serve, Topics} from './publishing.mjs';

const waiting = new Topics();
const held = new Map(); // by topic: the latest events
const held_max = 10_000;
const wait_milliseconds = 25_000;
let sequence = 0;

const written = (events) => JSON.stringify({events, lastEventId: String(events.at(-1)?.id ?? sequence)});

function answer(response, text) {
  response.writeHead(200, {'Content-Type': 'application/json', 'Cache-Control': 'no-store'}).end(text);
}

// One after the other, because ids only grow.
function after(topic, cursor) {
  const events = held.get(topic) ?? [];
  let from = events.length;
  while (from > 0 && events[from - 1].id > cursor) --from;
  return events.slice(from).map(({id, data}) => ({id: String(id), data}));
}

// All events of one turn of the event loop go out in one answer.
const woken = new Set();
function wake(topic) {
  if (woken.size === 0) {
    setImmediate(() => {
      for (const name of woken) {
        const texts = new Map(); // by cursor: most readers have the same
        for (const poll of [...waiting.of(name)]) {
          if (!texts.has(poll.cursor)) texts.set(poll.cursor, written(after(name, poll.cursor)));
          poll.end(texts.get(poll.cursor));
        }
      }
      woken.clear();
    });
  }
  woken.add(topic);
}

function take(topic, data) {
  const id = ++sequence;
  const events = held.get(topic) ?? [];
  held.set(topic, events);
  events.push({id, data});
  if (events.length > 2 * held_max) events.splice(0, held_max);
  wake(topic);
  return id;
}

serve(take, (request, response, url) => {
  const topic = url.searchParams.get('topic');
  if (!url.searchParams.has('lastEventId')) return answer(response, written([]));
  const cursor = Number(url.searchParams.get('lastEventId'));
  const events = after(topic, cursor);
  if (events.length > 0) return answer(response, written(events));
  const leave = () => {
    clearTimeout(timer);
    waiting.remove([topic], poll);
  };
  const poll = {
    cursor,
    end(text) {
      leave();
      answer(response, text);
    },
  };
  const timer = setTimeout(() => poll.end(written([])), wait_milliseconds);
  waiting.add([topic], poll);
  response.once('close', leave);
});
