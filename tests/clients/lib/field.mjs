// All clients of docs/clients.md at once, each with a topic and a road of its own to the hub.
import {temporaryDirectory} from '../../lib/cleanup.mjs';
import {until} from '../../lib/wait.mjs';
import {startRoad} from './road.mjs';
import {startBrowser, startPage, startProcess} from './run.mjs';

const slow = 40_000; // loaded machines, and clients that wait for seconds before they come back

// Starts these clients. `change` may rewrite a program before it runs.
export async function startAll(t, hub, blocks, change = (code) => code) {
  const directory = temporaryDirectory(t);
  const browser = await startBrowser(t);
  return Promise.all(
    blocks.map(async (block, n) => {
      const road = await startRoad(t, hub.port);
      const topic = `clients/${n}`;
      const code = change(block.program(road.origin, topic), topic);
      const client =
        block.place === 'page'
          ? await startPage(t, block, code, road.origin, browser)
          : startProcess(t, block, code, directory);
      return Object.assign(client, {title: block.title, place: block.place, road, topic, told: []});
    }),
  );
}

// Publishes the same to every client's own topic. `more` goes into each event.
export async function tell(hub, all, text, more = {}) {
  for (const client of all) client.told.push(text);
  await hub.publishAll(all.map(({topic}) => ({topic, data: text, ...more})));
}

// Waits until `condition` holds for each client, or says what those have for which it does not.
export function everyone(all, condition, what, ms = slow) {
  const missing = () => all.filter((client, n) => !condition(client, n));
  return until(() => missing().length === 0, what, ms).catch((error) => {
    const seen = missing().map((client) => `${client.title}: ${summary(client)}`);
    throw new Error(`${error.message}\n${seen.join('\n')}`);
  });
}

export const short = (line) => (line.length < 100 ? line : `${line.slice(0, 60)} and so on, ${line.length} characters`);

const summary = ({lines, road, ended, errors}) =>
  `${JSON.stringify(lines.map((line) => line.slice(0, 40)))}, ${road.streams} streams, ended: ${ended} ${errors.slice(-600)}`;

export const haveAll = (all, what) => everyone(all, ({lines, told}) => lines.length >= told.length, what);
export const haveBegun = (all, what) => everyone(all, ({road, ended}) => road.begun && !ended, what);

// No request gets through until releaseAll().
export function holdAll(all) {
  for (const {road} of all) road.hold();
}

export function releaseAll(all) {
  for (const {road} of all) road.release();
}

// Breaks every connection, and returns once each client has asked again behind a road that is held.
export async function cutAll(all) {
  const before = all.map(({road}) => road.streams);
  holdAll(all);
  for (const {road} of all) road.cut();
  await everyone(all, ({road}, n) => road.streams > before[n], 'every client asks again');
}
