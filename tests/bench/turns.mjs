// How long the worker's loop is busy at a stretch for each kind of request that anybody outside can make, with its history full
// of small events and 8,000 streams open; what hostile patterns cost publishers; and, with PREVIOUS, how fast readers resume
// beside that build.
import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {spread} from './figures.mjs';
import {load} from './load.mjs';
import {writeConfig} from './results.mjs';
import {startStack} from './stack.mjs';
import {previousBuild, withoutPrevious} from './systems/previous.mjs';
import {ask, kinds, many, openStreams, publish} from './turns_requests.mjs';

const streams = 8000;
const [readers, resumesAtOnce] = [1000, 50];
const [quiet, storm] = ['5s', 50]; // GETs a second
const patterns = Number(/^ +patterns_max: (\d+)/m.exec(readFileSync(new URL('../../config/sse-worker.yaml', import.meta.url), 'utf8'))[1]);
const config = 'streams: {conflate: [prices/*]}\n';
const expiring = `${config}history: {age_seconds_max: 1}\n`;
const say = (text) => process.stderr.write(`  ${text}\n`);

// `name` is a pattern: the previous build may have a former name.
async function figures(stack) {
  const {text} = await ask(stack, '/metrics');
  return (name) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? NaN);
}

// Until more takes the place of what is there. Topics of two parts, of which patterns have the first.
async function fill(stack) {
  for (let n = 0, before = -1; ; ++n) {
    await publish(stack, Array.from({length: 400}, (_, m) => ({topic: `held/${n}/${m % 40}`, data: 'h'.repeat(100)})));
    if (n % 20 !== 0) continue;
    const held = (await figures(stack))('sse_worker_(?:history|journal)_events');
    if (held <= before) return held;
    before = held;
  }
}

// Before all others where that is allowed: a turn is the work of the loop, and not how long it waits for a processor that the
// readers and nginx, on the same machine, want as well.
function putFirst(stack) {
  try {
    for (const pid of stack.pids.worker) execFileSync('chrt', ['--fifo', '--all-tasks', '--pid', '10', String(pid)], {stdio: 'ignore'});
  } catch {
    say('the worker cannot be put before other processes (chrt): turns have what it waits for a processor in them');
  }
}
const amongOthers = (stack) => stack.pids.worker.forEach((pid) => {
  spawnSync('chrt', ['--other', '--all-tasks', '--pid', '0', String(pid)], {stdio: 'ignore'});
});

// The longest turn while `act` does its work and what it leaves behind is done, in milliseconds.
async function longestTurn(stack, act) {
  await pause(100);
  await figures(stack);
  await act();
  await pause(200);
  return (await figures(stack))('sse_worker_loop_(?:turn_seconds_max|longest_turn_seconds)') * 1000;
}

async function turns(stack) {
  const taken = {};
  putFirst(stack);
  for (const [kind, {act, refill, rounds = 3}] of Object.entries(kinds)) {
    const values = [];
    for (let n = 0; n < rounds; ++n) {
      values.push(await longestTurn(stack, () => act(stack, {patterns, config, expiring})));
      if (refill) await fill(stack);
    }
    taken[kind] = spread(values);
    say(`${taken[kind].median.toFixed(2).padStart(8)} ms  (${values.map((value) => value.toFixed(1)).join(', ')})  ${kind}`);
  }
  amongOthers(stack);
  return taken;
}

const hostile = (stack, n) => ask(stack, `/events?${Array.from({length: patterns}, (_, m) => `topic=none/${n % 1000}/${m}/*`).join('&')}&lastEventId=earliest&poll=0`);
const publishing = async (stack) => {
  const report = await load('--url', stack.events, '--streams', 0, '--publish-topic', 'paced/{n}', '--topics', 100, '--publish-rate', 200, '--publish-for', quiet);
  return report.publish.answer_ms.p99;
};

// The p99 of publishes without and with the storm, twice by turns.
async function besideStorm(stack) {
  const p99 = {quiet: [], storm: []};
  for (let n = 0; n < 2; ++n) {
    p99.quiet.push(await publishing(stack));
    let sent = 0;
    const timer = setInterval(() => void hostile(stack, ++sent).catch(() => {}), 1000 / storm);
    try {
      p99.storm.push(await publishing(stack));
    } finally {
      clearInterval(timer);
    }
  }
  return {quiet: Math.min(...p99.quiet), storm: Math.min(...p99.storm)};
}

// What the loop is busy for one hostile GET, in milliseconds: 500 of them, less what it is busy without.
async function hostileTime(stack) {
  const busy = async (act) => {
    const before = (await figures(stack))('sse_worker_loop_turn_seconds_sum');
    await act();
    return (await figures(stack))('sse_worker_loop_turn_seconds_sum') - before;
  };
  const began = performance.now();
  const storm = await busy(async () => {
    for (let n = 0; n < 10; ++n) await many(50, (m) => hostile(stack, 50 * n + m));
  });
  const idle = await busy(() => pause(performance.now() - began));
  return ((storm - idle) / 500) * 1000;
}

// Until `readers` have asked from the beginning of what is held, each for its own, side by side but not all at once.
async function resuming(stack, query) {
  const began = performance.now();
  let next = 0;
  await many(resumesAtOnce, async () => {
    while (next < readers) {
      const {status} = await ask(stack, `/events?${query(next++)}&lastEventId=earliest&poll=0`);
      if (status !== 200) throw new Error(`a poll was answered ${status}`);
    }
  });
  return (performance.now() - began) / 1000;
}
const byPatterns = (n) => Array.from({length: patterns}, (_, m) => `topic=none/${n}/${m}/*`).join('&');
const byTopics = (n) => Array.from({length: 10}, (_, m) => `topic=held/${n % 100}/${m}`).join('&');

// The time of the previous build over ours, side by side and by turns.
async function resumes() {
  const stacks = [await startStack(writeConfig('resumes', ''), previousBuild)];
  try {
    stacks.push(await startStack(writeConfig('resumes', '')));
    for (const stack of stacks) {
      await fill(stack);
      await resuming(stack, byTopics);
    }
    const ratio = async (query, rounds) => {
      const ratios = [];
      for (let n = 0; n < rounds; ++n) ratios.push((await resuming(stacks[0], query)) / (await resuming(stacks[1], query)));
      return spread(ratios).median;
    };
    return {topics: await ratio(byTopics, 9), patterns: await ratio(byPatterns, 1)};
  } finally {
    for (const stack of stacks) await stack.stop();
  }
}

async function measure() {
  const file = writeConfig('turns', config);
  const stack = await startStack(file);
  stack.config = file;
  let crowds = [];
  try {
    say(`${await fill(stack)} events are held`);
    // Half of them in one group of readers, the others each in its own.
    for (const topics of [['news'], ['news', 'user/{n}']]) {
      crowds.push(await openStreams(stack, streams / 2, ...topics));
      stack.held = crowds.length * (streams / 2);
    }
    const report = {turns: await turns(stack), beside: await besideStorm(stack), hostile: await hostileTime(stack)};
    if (!withoutPrevious()) {
      await Promise.all(crowds.map((crowd) => crowd.stop('SIGKILL')));
      crowds = [];
      report.resumes = await resumes();
    }
    return report;
  } finally {
    writeFileSync(file, config);
    await Promise.all(crowds.map((crowd) => crowd.stop('SIGKILL')));
    await stack.stop();
  }
}

const beside = withoutPrevious() ? [] : [
  {name: '1,000 resume with patterns: time of the previous build over ours', unit: 'x', at_least: 20, of: ({resumes: ratios}) => ratios.patterns},
  {name: '1,000 resume with exact topics: time of the previous build over ours', unit: 'x', at_least: 0.98, of: ({resumes: ratios}) => ratios.topics},
];

export const turnsSuite = {
  name: 'turns',
  title: 'the longest turn of the loop, history full, 8,000 streams open',
  columns: {this: 'this build'},
  measure,
  wanted: [
    ...Object.keys(kinds).map((kind) => ({name: kind, unit: 'ms', at_most: 5, of: ({turns: taken}) => taken[kind].median})),
    {name: `hostile GET (${patterns} patterns that match nothing): time of the loop`, unit: 'ms', at_most: 2, of: ({hostile: time}) => time},
    {name: 'publish beside nothing else, p99', unit: 'ms', of: ({beside: p99}) => p99.quiet},
    {name: `publish beside ${storm} hostile GETs/s, p99`, unit: 'ms', of: ({beside: p99}) => p99.storm},
    {name: 'the second over the first', unit: 'x', at_most: 1.5, of: ({beside: p99}) => p99.storm / p99.quiet},
    ...beside,
  ],
};
