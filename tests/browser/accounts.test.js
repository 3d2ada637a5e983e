// What the page counts: numbers that came, that did not, and how old they were.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {pageModule} from './page_module.js';

const {Delivery} = await pageModule('views/scenarios/delivery.js');
const {Tally} = await pageModule('views/missed/tally.js');

const taken = (numbers, size = 100) => {
  const tally = new Tally(size);
  const said = numbers.map((n) => tally.take(n));
  const {last, missing, twice, received} = tally;
  return {said, last, missing, twice, received};
};

test('a tally of numbers in order', () => {
  assert.deepEqual(taken([7, 8, 9]), {said: ['new', 'new', 'new'], last: 9, missing: 0, twice: 0, received: 3});
});

test('what is left out is missing until it comes', () => {
  assert.equal(taken([7, 8, 12]).missing, 3);
  assert.equal(taken([7, 8, 12, 10]).missing, 2);
  assert.equal(taken([7, 8, 12, 9, 10, 11]).missing, 0);
  assert.equal(taken([7, 3]).missing, 0, 'what came before the first was never expected');
});

test('what comes twice is told', () => {
  const {said, twice, missing} = taken([7, 8, 8, 7]);
  assert.deepEqual([said, twice, missing], [['new', 'new', 'again', 'again'], 2, 0]);
});

test('a numbering that begins anew', () => {
  assert.deepEqual(taken([500, 501, 1, 2]).said, ['new', 'new', 'anew', 'new']);
  assert.deepEqual(taken([Number.MAX_SAFE_INTEGER, 1, 2]).missing, 0);
});

test('what is no number', () => {
  assert.deepEqual(taken([undefined, null, '7', -1, 0, 1.5, NaN, Infinity, 2 ** 60]),
    {said: Array(9).fill(null), last: 0, missing: 0, twice: 0, received: 0});
});

test('the memory of a tally is bounded, and remembers the latest', () => {
  const tally = new Tally(100);
  for (let n = 1; n <= 100_000; ++n) tally.take(n);
  assert.equal(tally.take(99_950), 'again');
  assert.equal(tally.missing, 0);
});

test('delivery: all of them', () => {
  const delivery = new Delivery();
  for (let n = 0; n <= 100; ++n) delivery.take(50 + n, n * 10, n * 10 + 3);
  assert.deepEqual(delivery.read(1003), {published: 100, seen: 100, skipped: 0, ageMs: 3});
});

test('delivery: every fourth, late', () => {
  const delivery = new Delivery();
  for (let n = 0; n <= 100; n += 4) delivery.take(n + 1, n * 10, n * 10 + 2000);
  assert.deepEqual(delivery.read(3000), {published: 100, seen: 25, skipped: 75, ageMs: 2000});
});

test('delivery: nothing yet, nothing any more, and nonsense', () => {
  const delivery = new Delivery();
  assert.deepEqual(delivery.read(0), {published: null, seen: null, skipped: 0, ageMs: null});
  delivery.take('7', 1, 1);
  delivery.take(7, undefined, 1);
  assert.equal(delivery.read(1).ageMs, null);
  delivery.take(7, 1, 1);
  assert.deepEqual(delivery.read(60_000), {published: null, seen: null, skipped: 0, ageMs: null});
});

test('delivery: a publisher that begins anew', () => {
  const delivery = new Delivery();
  for (const n of [100, 101, 1, 2]) delivery.take(n, n, n);
  assert.equal(delivery.read(102).skipped, 0);
});
