// The worker is killed about when a publish is written, so that sometimes the event is on disk and its publisher does not
// know. It sends the event again under the same id, and there has to be one. When that moment is depends on the machine: a kill
// that came too early makes the next later, one that came too late sooner.
import {setTimeout as pause} from 'node:timers/promises';
import {startHub} from '../lib/hub.mjs';
import {replace, sqlite} from './killed_worker.mjs';

export async function lostAnswer(t, {times, tries_max}) {
  // A flush of the disk lies between writing and answering.
  const settings = sqlite(t, 'full');
  const hub = await startHub(t, settings);
  const figures = {tried: 0, acknowledged: 0, lost: 0, repeated: 0, kept_unanswered: 0};
  const count = async (id) =>
    (await hub.poll({topic: `t/${id}`, lastEventId: 'earliest'})).body.events.length;
  let moment = 3;
  for (let n = 0; n < tries_max && figures.kept_unanswered < times; ++n) {
    const id = `event ${n}`;
    const event = {topic: `t/${id}`, data: 'x'.repeat(200_000), id};
    const answer = hub.json(event).catch(() => null);
    await pause(moment * (0.8 + 0.4 * Math.random()));
    await replace(t, hub, settings);
    figures.tried += 1;
    const answered = (await answer)?.status === 200;
    const kept = (await count(id)) === 1;
    if (kept && !answered) figures.kept_unanswered += 1;
    moment = kept ? moment / 1.2 : moment * 1.2 + 0.1;
    const again = await hub.json(event);
    if (again.status === 200) figures.acknowledged += 1;
    const held = await count(id);
    if (held === 0) figures.lost += 1;
    if (held > 1) figures.repeated += 1;
  }
  // Else the drill has not met what it is about.
  figures.unmet = figures.kept_unanswered < times ? 1 : 0;
  return figures;
}
