// The receiver of hooks is down while readers come and go. Afterwards it has to know who reads what, and each event of a stream has
// reached it once, or is counted as lost.
import {setTimeout as pause} from 'node:timers/promises';
import {HookReceiver} from '../lib/hook_receiver.mjs';
import {startHub} from '../lib/hub.mjs';
import {until} from '../lib/wait.mjs';

const open_max = 20;
const topics = 40;
// Long, so that the queue overflows in seconds.
const topicOf = (n) => `room/${n % topics}/${'x'.repeat(400)}`;

// Readers that come and go: {topic, reader} of those that are open.
class Churn {
  open = [];
  streams = 0;
  #hub;

  constructor(hub) {
    this.#hub = hub;
  }

  async step() {
    const topic = topicOf(Math.floor(Math.random() * topics));
    this.open.push({topic, reader: await this.#hub.read({topic})});
    this.streams += 1;
    if (this.open.length > open_max) this.open.splice(Math.floor(Math.random() * open_max), 1)[0].reader.leave();
  }

  get read() {
    return [...new Set(this.open.map(({topic}) => topic))].sort();
  }

  leave() {
    for (const {reader} of this.open.splice(0)) reader.leave();
  }
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export async function receiverDown(t, {times, seconds}) {
  const receiver = await HookReceiver.start(t);
  const hooks = receiver.settings({topics: ['room/*'], events: ['occupied', 'vacated', 'opened', 'closed'], queue_bytes_max: 65_536});
  const hub = await startHub(t, {hooks});
  const churn = new Churn(hub);
  const figures = {tried: 0, acknowledged: 0, lost: 0, repeated: 0, down_seconds: 0, attempts_that_failed: 0, told_after_seconds: 0, counted_as_lost: 0, wrong: []};
  for (let n = 0; n < times; ++n) {
    for (let step = 0; step < open_max; ++step) await churn.step();
    await receiver.when(() => same(receiver.occupied, churn.read), 'it knows who reads what before', 20_000);
    await receiver.down();
    const since = performance.now();
    const churnFor = async (ms) => {
      for (const until = performance.now() + ms; performance.now() < until; await pause(10)) await churn.step();
    };
    await churnFor(seconds * 1000);
    // On a machine with other work it takes longer until the queue is full.
    for (let more = 0; more < 60 && (await hub.metric('sse_worker_hook_lost_events_total')) <= figures.counted_as_lost; ++more) await churnFor(1000);
    figures.counted_as_lost = await hub.metric('sse_worker_hook_lost_events_total');
    figures.down_seconds += (performance.now() - since) / 1000;
    await receiver.up();
    const back = performance.now();
    // Its next attempt is at most 30 s away.
    await receiver.when(() => same(receiver.occupied, churn.read), 'it knows who reads what afterwards', 45_000)
      .catch((error) => figures.wrong.push(error.message));
    figures.told_after_seconds = Math.max(figures.told_after_seconds, (performance.now() - back) / 1000);
    figures.tried += 1;
  }
  churn.leave();
  await receiver.when(() => receiver.occupied.length === 0, 'nobody reads', 20_000).catch((error) => figures.wrong.push(error.message));
  const told = () => receiver.deliveries.reduce((sum, {lost}) => sum + lost, 0);
  const events = () => receiver.events.filter(({type}) => type === 'opened' || type === 'closed');
  await until(() => events().length + told() >= 2 * churn.streams, 'each event has come, or is counted', 20_000).catch(() => {});
  const distinct = new Set(events().map(({type, stream}) => `${type} ${stream}`)).size;
  figures.streams = churn.streams;
  figures.acknowledged = distinct;
  figures.repeated = events().length - distinct;
  figures.counted_as_lost = told();
  figures.lost = Math.max(0, 2 * churn.streams - distinct - told());
  figures.attempts_that_failed = await hub.metric('sse_worker_hook_failures_total');
  const metric = await hub.metric('sse_worker_hook_lost_events_total');
  if (metric !== told()) figures.wrong.push(`the metric counts ${metric} lost events, the receiver was told of ${told()}`);
  if (distinct + told() > 2 * churn.streams) figures.wrong.push(`${distinct} events and ${told()} lost ones are more than there were`);
  // Else the drill has not met what it is about.
  figures.unmet = told() === 0 || figures.attempts_that_failed === 0 ? 1 : 0;
  return figures;
}
