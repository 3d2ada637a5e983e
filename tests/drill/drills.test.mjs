// The short forms of the drills: what `make drill` does for long, done once or a few times.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {drills, faults} from './drills.mjs';

for (const {title, run, short} of Object.values(drills)) {
  test(title, async (t) => {
    const figures = await run(t, short);
    if (figures.skipped) return t.skip(figures.skipped);
    t.diagnostic(JSON.stringify(figures));
    assert.deepEqual(faults(figures), []);
  });
}
