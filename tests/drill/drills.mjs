// Every drill: what happens, how often in the long form (`make drill`) and in the short one (`make test`).
import {fullDisk} from './full_disk.mjs';
import {killedWorker} from './killed_worker.mjs';
import {lostAnswer} from './lost_answer.mjs';

export const drills = {
  killed_worker: {
    title: 'kill -9 of the worker under load',
    run: killedWorker,
    long: {times: 50},
    short: {times: 4, readers: 5},
  },
  lost_answer: {
    title: 'kill -9 between write and answer, then the same id again',
    run: lostAnswer,
    long: {times: 20, tries_max: 200},
    short: {times: 1, tries_max: 40},
  },
  full_disk: {
    title: 'disk full, and room again',
    run: fullDisk,
    long: {times: 10},
    short: {times: 1},
  },
};

// What must not be: none of it is a matter of luck.
export function faults({lost, repeated, reordered = 0, gaps = 0, unmet = 0, acknowledged}) {
  const found = Object.entries({lost, repeated, reordered, gaps, unmet}).filter(([, count]) => count > 0);
  if (acknowledged === 0) found.push(['acknowledged', 0]);
  return found.map(([name, count]) => `${name}: ${count}`);
}
