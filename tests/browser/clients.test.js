// Five clients read the same topic over the same bad network: connections that break in the middle of a frame, streams
// that end. All of them resume, and in the end all have the same.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as chromium from '../clients/chromium.mjs';
import * as curl from '../clients/curl.mjs';
import * as eventsource from '../clients/eventsource.mjs';
import * as fetchEventSource from '../clients/fetch_event_source.mjs';
import * as wwwLib from '../clients/www_lib.mjs';
import {defer} from '../lib/cleanup.mjs';
import {startBreaker} from '../lib/breaker.mjs';
import {startHub} from '../lib/hub.mjs';
import {until} from '../lib/wait.mjs';

const clients = {curl, eventsource, '@microsoft/fetch-event-source': fetchEventSource, chromium, 'www/lib': wwwLib};
const page = 'location = /page { default_type text/html; return 200 "<!doctype html><title>page</title>"; }';

// Behind each of these a connection breaks: at the very beginning, in events of all kinds, twice in a row.
const marks = ['cut-0', 'cut-7', 'cut-30', 'cut-31', 'cut-55', 'cut-90'];

function events() {
  const mark = (n) => (marks.includes(`cut-${n}`) ? `cut-${n} and what follows` : '');
  const kinds = [
    (n) => ({data: `plain ${n} ${mark(n)}`}),
    (n) => ({data: `first ${n}\n\n  third: ${mark(n)}\nid: no\n`}),
    (n) => ({data: {n, text: 'é 🙂 \u2028', mark: mark(n)}}),
    (n) => ({data: `note ${n} ${mark(n)}`, event: 'note'}),
    (n) => ({data: `own ${n} ${mark(n)}`, id: `urn:example:${n}`}),
    (n) => ({data: `${n} ${mark(n)}`.padEnd(20000, '.'), event: 'large', retry: 20}),
  ];
  return Array.from({length: 100}, (_, n) => ({topic: 'story', ...kinds[n % kinds.length](n)}));
}

test('identical transcripts', {timeout: 240_000}, async (t) => {
  const hub = await startHub(t, {streams: {retry_seconds: 0.02, lifetime_seconds: 1.5}}, {nginx: {server: page}});
  const readers = await Promise.all(Object.entries(clients).map(async ([name, client]) => {
    const breaker = await startBreaker(t, hub.port, marks);
    const reader = {name, breaker, transcript: [], done: false};
    const url = `http://127.0.0.1:${breaker.port}/events?topic=story&lastEventId=earliest`;
    const stop = await client.read(url, {
      names: ['note', 'large', 'gap'],
      take: (event) => { reader.transcript.push(event); },
      closed: () => { reader.done = true; },
    });
    defer(t, stop);
    return reader;
  }));

  const told = events();
  const ids = [];
  // Some while they read, so that connections break live as well as in replay.
  let patient = true;
  for (const event of told.slice(0, 60)) {
    ids.push(await hub.publish(event));
    if (!patient || ids.length % 10 !== 0) continue;
    const seen = ({transcript}) => transcript.length >= ids.length - 10;
    patient = await until(() => readers.every(seen), 'all have seen them', 10_000).then(() => true, () => false);
  }
  ids.push(...await hub.publishAll(told.slice(60)));
  await hub.publish({topic: 'story', close: 1});

  const wanted = told.map(({data, event = 'message'}, n) => ({
    event, id: ids[n], data: typeof data === 'string' ? data : JSON.stringify(data),
  }));
  for (const reader of readers) {
    await t.test(reader.name, {timeout: 20_000}, async () => {
      await until(() => reader.done, 'the end', 15_000);
      const differs = wanted.findIndex((event, n) => JSON.stringify(reader.transcript[n]) !== JSON.stringify(event));
      if (differs >= 0) assert.deepEqual(short(reader.transcript[differs]), short(wanted[differs]), `event ${differs}`);
      assert.equal(reader.transcript.length, wanted.length);
      assert.equal(reader.breaker.breaks, marks.length, 'every break took place');
    });
  }
});

const short = (event) => event && {...event, data: event.data.slice(0, 60)};
