// Clients that begin without the first request of docs/clients.md, and whose stream ends before their first event. With
// `heartbeat=event` none of them loses anything. Without it those lose what is published meanwhile that ignore a frame
// without data, as the page says. And what `heartbeat=event` is for besides: noticing a dead connection.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {startHub} from '../lib/hub.mjs';
import {clients, table} from './lib/documented.mjs';
import {everyone, haveAll, haveBegun, holdAll, releaseAll, startAll, tell} from './lib/field.mjs';

const asking = /^const \{stream\} = .*;$/m;

for (const heartbeat of ['comment', 'event']) {
  test(`heartbeat=${heartbeat}, and no first request`, {timeout: 120_000}, async (t) => {
    const rows = new Map(table().map((row) => [row.client, row]));
    const hub = await startHub(t, {streams: {retry_seconds: 0.2, lifetime_seconds: 2}});
    const blocks = clients().filter(({code}) => asking.test(code));
    const all = await startAll(t, hub, blocks, (code, topic) =>
      code.replace(asking, `const stream = '/events?topic=${topic}&heartbeat=${heartbeat}';`),
    );
    await haveBegun(all, 'every client has its stream');
    // A clean end, so that each has read what came before it.
    const before = all.map(({road}) => road.streams);
    holdAll(all);
    await everyone(all, ({road}, n) => road.streams > before[n], 'every client asks again');
    await tell(hub, all, 'while away');
    releaseAll(all);
    const loses = ({title}) => heartbeat === 'comment' && rows.get(title)['cursor without an event'] === 'no';
    for (const client of all) if (loses(client)) client.told = [];
    await haveBegun(all, 'every client is back');
    await tell(hub, all, 'and live');
    await haveAll(all, 'the live event');
    for (const client of all) await t.test(client.title, () => assert.deepEqual(client.lines, client.told));
  });
}

test('a connection falls silent without an end: the one that watches its heartbeats comes back', {timeout: 120_000}, async (t) => {
  const hub = await startHub(t, {streams: {heartbeat_seconds: 0.5}});
  const watched = clients().filter(({name}) => name === 'watched');
  const all = await startAll(t, hub, watched, (code) => code.replace('45000', '1500'));
  await haveBegun(all, 'the client has its stream');
  await tell(hub, all, 'before');
  await haveAll(all, 'the first event');
  for (const {road} of all) road.silence();
  await tell(hub, all, 'in silence');
  await haveAll(all, 'the event that was published in silence');
  await tell(hub, all, 'and live');
  await haveAll(all, 'the live event');
  assert.deepEqual(all[0].lines, all[0].told);
});
