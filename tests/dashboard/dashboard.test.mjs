// The picture shows every panel of the dashboard, with the values that were found.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {root} from '../lib/places.mjs';
import {dashboard, panels} from '../lib/prometheus.mjs';
import {draw, shown} from './drawing.mjs';

const planted = new Map(panels.map(({id, targets}) => [id, targets.map((_, n) => ({name: `line <${n}>`, points: [[0, n], [30, 1.5], [60, n + 1]]}))]));
const titles = dashboard.panels.map(({title}) => title.replaceAll('&', '&amp;'));

test('every panel is there, with a line for each query', () => {
  const svg = draw(dashboard, planted, [0, 60]);
  for (const title of titles) assert.ok(svg.includes(title), title);
  const lines = panels.filter(({type}) => type === 'timeseries').flatMap(({targets}) => targets);
  assert.equal(svg.match(/<polyline /g).length, lines.length);
  assert.ok(svg.includes('line &lt;0>'));
  assert.ok(svg.includes('>available<'), 'a value that has a name');
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
});

test('a panel that found nothing says so', () => {
  assert.equal(draw(dashboard, new Map(), [0, 60]).match(/No data/g).length, panels.length);
});

test('values have the units of the dashboard', () => {
  const all = [[0, 'short'], [1500, 'short'], [12.34, 'cps'], [2048, 'bytes'], [2_500_000, 'Bps'], [0.0123, 's'], [0.000_05, 's'], [90, 's']];
  assert.deepEqual(all.map(([value, unit]) => shown(value, unit)), ['0', '1.5 K', '12.3 c/s', '2 KiB', '2.5 MB/s', '12.3 ms', '50 µs', '1.5 min']);
  assert.throws(() => shown(1, 'furlong'), /furlong/);
});

test('the picture in the tree is of this dashboard', () => {
  const svg = fs.readFileSync(path.join(root, 'docs/dashboard.svg'), 'utf8');
  for (const title of titles) assert.ok(svg.includes(`${title}</text>`), `${title} is missing: tests/dashboard/run draws it anew`);
  assert.doesNotMatch(svg, /No data/);
});
