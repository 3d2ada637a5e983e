// The picture of the dashboard: a worker under a load that has everything in it, a Prometheus that scrapes it, and its answers.
import fs from 'node:fs';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {startHub} from '../lib/hub.mjs';
import {root} from '../lib/places.mjs';
import {dashboard, filled, panels, startPrometheus, underLoad} from '../lib/prometheus.mjs';
import {Scope} from '../lib/scope.mjs';
import {draw} from './drawing.mjs';

const seconds = Number(process.env.DASHBOARD_SECONDS ?? 180);
const scope = new Scope();
try {
  const hub = await startHub(scope, {history: {topic_events_max: 50}});
  const prometheus = await startPrometheus(scope, hub);
  const stop = await underLoad(scope, hub);
  await pause(seconds * 1000);
  const to = Math.floor(Date.now() / 1000);
  const span = [to - seconds, to];
  const found = new Map();
  for (const {id, targets} of panels) found.set(id, (await Promise.all(targets.map((target) => lines(prometheus, target, span)))).flat());
  await stop();
  fs.writeFileSync(path.join(root, 'docs/dashboard.svg'), draw(dashboard, found, span));
} finally {
  await scope.close();
}

async function lines({range}, {expr, legendFormat}, [from, to]) {
  const {data} = await range(filled(expr), from, to);
  return data.result.map(({metric, values}) => ({
    name: legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? ''),
    points: values.map(([second, value]) => [second, Number(value)]).filter(([, value]) => Number.isFinite(value)),
  }));
}
