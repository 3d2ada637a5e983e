// What counts as a leak, and a short soak: in that, memory and p99 are not judged, because nothing has settled.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {compared, faults} from './faults.mjs';
import {chart, table} from './report.mjs';
import {soak} from './soak.mjs';

const seconds = 400;
const part = (more) => ({title: 'some', acknowledged: 10, unacknowledged: 0, lost: 0, repeated: 0, reordered: 0, reconnects: 0, unfinished: 0, outstanding: 0, ...more});

// A soak whose figures are functions of the share of its time.
function planted({mib = () => 50, p99 = () => 5, left = 0, steady = {}, round = {}} = {}) {
  const look = (share) => ({worker: {mib: mib(share), descriptors: 100}, nginx: {mib: 30, descriptors: 200}});
  const list = (of) => Array.from({length: 101}, (_, n) => ({second: (n * seconds) / 100, ...of(n / 100)}));
  return {
    seconds,
    readers: 10,
    rate: 10,
    cpu: {worker: 0.2, nginx: 0.5},
    waited: {worker: 0, nginx: 0.1},
    before: {worker: {descriptors: 20}, nginx: {descriptors: 10}},
    after: {worker: {descriptors: 20 + left}, nginx: {descriptors: 10}},
    samples: list(look),
    rounds: list((share) => ({p99: p99(share), waited: {worker: 0, nginx: 0.1}})),
    parts: {steady: part(steady), round: part(round)},
  };
}

test('a flat soak has no fault, whatever its warm-up does', () => {
  assert.deepEqual(faults(planted()), []);
  assert.deepEqual(faults(planted({mib: (share) => (share < 0.2 ? 10 : 50), p99: (share) => (share < 0.2 ? 80 : 5)})), []);
  assert.deepEqual(faults(planted({mib: (share) => 50 + 0.8 * share})), [], 'less than 2 %');
  assert.deepEqual(faults(planted({mib: (share) => 50 - 20 * share})), [], 'memory that is given back');
});

test('what grows or stays is a fault', () => {
  assert.match(faults(planted({mib: (share) => 50 + 4 * share})).join(), /memory grew by 3\.\d %/);
  assert.match(faults(planted({p99: (share) => 5 + 10 * share})).join(), /p99 grew from 8\.8 ms to 13\.8 ms/);
  assert.match(faults(planted({left: 1})).join(), /worker has 1 descriptors more/);
  for (const what of ['lost', 'repeated', 'reordered', 'unacknowledged']) {
    assert.match(faults(planted({round: {[what]: 2}})).join(), new RegExp(`round: 2 ${what}`));
  }
  assert.match(faults(planted({steady: {reconnects: 3}})).join(), /steady: 3 reconnects/);
  assert.match(faults(planted({round: {unfinished: 1, outstanding: 7}})).join(), /round: 1 runs were not over in time, and waited for 7 deliveries/);
  assert.match(faults(planted({round: {acknowledged: 0}})).join(), /nothing was published/);
  assert.match(faults({...planted(), rounds: []}).join(), /too short/);
});

test('the table and the curves show it', () => {
  const found = planted({mib: (share) => 50 + 4 * share});
  assert.match(table(found), /\| worker, resident memory, MiB \| 51\.\d \| 53\.\d \| 3\.\d % \|/);
  assert.match(table(found), /\| round: some \| 10 \| 0 \| 0 \| 0 \|/);
  const svg = chart(found);
  assert.equal(svg.match(/<polyline /g).length, 7);
  assert.doesNotMatch(svg, /NaN|undefined|<circle/);
});

test('a short soak', async (t) => {
  const found = await soak(t, {seconds: 12, readers: 50, rate: 20, patient: false});
  t.diagnostic(table(found));
  assert.deepEqual(faults(found, {steady: false}), []);
  assert.ok(found.samples.length >= 6);
  for (const {second, worker, nginx} of found.samples) assert.ok(second < 2 || (worker.descriptors > 50 && nginx.descriptors > 100), 'the readers are seen');
  assert.ok(compared(found).worker.mib.late > 5);
  for (const name of ['round', 'coming', 'polling']) assert.ok(found.parts[name].acknowledged > 0, name);
});
