// A real Prometheus that scrapes a worker, a load that gives each metric something to say, and the dashboard whose queries it answers.
import fs from 'node:fs';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {defer, temporaryDirectory} from './cleanup.mjs';
import {root} from './places.mjs';
import {freePort} from './port.mjs';
import {Process} from './process.mjs';
import {until} from './wait.mjs';

export const rulesFile = path.join(root, 'deploy/prometheus/rules.yml');
export const dashboard = JSON.parse(fs.readFileSync(path.join(root, 'deploy/grafana/sse-worker.json'), 'utf8'));
export const panels = dashboard.panels.filter(({type}) => type !== 'row');

// Prometheus, with the shipped rules, on a port of its own.
export async function startPrometheus(t, hub) {
  const directory = temporaryDirectory(t);
  const port = await freePort();
  const config = {
    global: {scrape_interval: '1s', evaluation_interval: '1s'},
    rule_files: [rulesFile],
    scrape_configs: [{job_name: 'sse-worker', metrics_path: '/metrics', static_configs: [{targets: [`127.0.0.1:${hub.port}`]}]}],
  };
  fs.writeFileSync(path.join(directory, 'prometheus.yml'), JSON.stringify(config));
  const args = [`--config.file=${directory}/prometheus.yml`, `--storage.tsdb.path=${directory}/data`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'];
  const server = new Process('prometheus', args, {env: {...process.env, GOMAXPROCS: '1'}});
  defer(t, () => server.stop());
  const ask = async (what) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${what}`);
    return answer.json();
  };
  await until(async () => {
    if (server.exit) throw new Error(`prometheus ended: ${server.stdout}${server.stderr}`);
    return fetch(`http://127.0.0.1:${port}/-/ready`).then(({ok}) => ok, () => false);
  }, 'Prometheus is ready', 30_000);
  return {
    ask,
    query: (expression) => ask(`query?query=${encodeURIComponent(expression)}`),
    // About a hundred values, between two times in seconds.
    range: (expression, from, to) => ask(`query_range?query=${encodeURIComponent(expression)}&start=${from}&end=${to}&step=${(to - from) / 100}`),
  };
}

// Goes on until the function that it returns is awaited, or the test ends: readers, events in batches and singly, one reader with a cursor that is unknown, refused events.
export async function underLoad(t, hub) {
  for (let n = 0; n < 5; ++n) await hub.read({topic: ['a', 'b/*']}, {t});
  let going = true;
  const load = (async () => {
    for (let n = 0; going; ++n) {
      await hub.publishAll(Array.from({length: 20}, (_, i) => ({topic: i % 2 ? 'a' : 'b/c', data: `${n} ${i}`})));
      await hub.form('data=no topic');
      const late = await hub.read({topic: 'a', lastEventId: n % 2 ? 'earliest' : 'nonsense'}, {t});
      await pause(50);
      late.leave();
    }
  })();
  const stop = async () => {
    going = false;
    await load;
  };
  // Where the test fails: its readers leave first, also the one that is just coming.
  defer(t, () => stop().catch(() => {}));
  return stop;
}

// As Grafana fills them in.
export const filled = (expression) => expression.replaceAll('$__rate_interval', '10s').replaceAll('$instance', '.*');
