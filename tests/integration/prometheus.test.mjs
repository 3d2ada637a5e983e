// What deploy/ has for Prometheus and Grafana works with the metrics of a worker: every panel's query finds something in a real Prometheus
// that scrapes a worker under load, every alert is accepted there, and promtool fires each of them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {root} from '../lib/places.mjs';
import {run} from '../lib/process.mjs';
import {dashboard, filled, panels, rulesFile, startPrometheus, underLoad} from '../lib/prometheus.mjs';
import {until} from '../lib/wait.mjs';

const casesFile = path.join(root, 'tests/integration/alerts.yml');

const promtool = (...args) => run('promtool', args, {ms: 60_000});

// The alerts of a rules file, each with the line of its expression.
const alerts = (text) => [...text.matchAll(/^ {6}- alert: (\w+)\n( {8}expr: .*)$/gm)].map(([, name, line]) => ({name, line}));

test('promtool accepts the rules, and fires each alert', {timeout: 300_000}, async (t) => {
  const rules = fs.readFileSync(rulesFile, 'utf8');
  const cases = fs.readFileSync(casesFile, 'utf8');
  const checked = await promtool('check', 'rules', rulesFile);
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  const all = alerts(rules);
  assert.ok(all.length >= 8);
  assert.equal(all.length, rules.match(/- alert: /g).length);
  const told = await promtool('test', 'rules', casesFile);
  assert.equal(told.code, 0, told.stdout + told.stderr);

  // The cases find an alert that never fires, and one that always does.
  const planted = async (expression) => {
    const directory = temporaryDirectory(t);
    const text = all.reduce((changed, {line}) => changed.replace(line, `        expr: ${expression}`), rules);
    fs.writeFileSync(path.join(directory, 'rules.yml'), text);
    fs.writeFileSync(path.join(directory, 'cases.yml'), cases.replace(/^rule_files: .*$/m, 'rule_files: [rules.yml]'));
    const {code, stdout, stderr} = await promtool('test', 'rules', path.join(directory, 'cases.yml'));
    assert.equal(code, 1);
    return stdout + stderr;
  };
  const [never, always] = [await planted('vector(1) > 2'), await planted('vector(1)')];
  for (const {name} of all) {
    assert.match(never, new RegExp(`alertname: ${name}, time: [^\\n]*\\n *exp:\\[\\n`), `no case fires ${name}`);
    assert.match(always, new RegExp(`alertname: ${name}, time: [^\\n]*\\n *exp:\\[\\]`), `no case has ${name} silent`);
  }
});

// Undefined, or what is wrong with what a panel would show.
function problem({expr, legendFormat}, {status, error, data}) {
  if (status !== 'success') return error;
  if (data.result.length === 0) return 'finds nothing';
  if (data.result.some(({value}) => !Number.isFinite(Number(value[1])))) return 'is no number';
  const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
  if (data.result.some(({metric}) => labels.some((label) => !(label in metric)))) return `has no label for ${legendFormat}`;
  if (!legendFormat.includes('{{') && data.result.length > 1) return `has ${data.result.length} lines with one name`;
  return expr.includes('$instance') ? undefined : 'does not look at the variable instance';
}

test('every panel of the dashboard shows something, and every rule works', {timeout: 300_000}, async (t) => {
  const hub = await startHub(t, {history: {topic_events_max: 50}});
  const prometheus = await startPrometheus(t, hub);
  const stop = await underLoad(t, hub);

  const targets = panels.flatMap(({title, targets: list}) => list.map((target) => ({title, ...target})));
  assert.ok(targets.length > 40);
  const problems = async () => {
    const found = [];
    for (const target of targets) {
      const wrong = problem(target, await prometheus.query(filled(target.expr)));
      if (wrong) found.push(`${target.title}: ${target.expr} ${wrong}`);
    }
    return found;
  };
  let last = [];
  await until(async () => (last = await problems()).length === 0, 'every panel shows something', 15_000).catch(() => assert.deepEqual(last, []));

  const value = async (expression) => Number((await prometheus.query(expression)).data.result[0]?.value[1]);
  await until(async () => (await value('sum(increase(sse_worker_gaps_total[1h]))')) > 0, 'gaps are counted', 15_000);
  const rules = async () => (await prometheus.ask('rules')).data.groups.flatMap((group) => group.rules);
  await until(async () => (await rules()).every(({health}) => health !== 'unknown'), 'every rule was evaluated', 15_000);
  assert.deepEqual((await rules()).filter(({health}) => health !== 'ok'), []);
  const firing = async () => (await rules()).filter(({state}) => state === 'firing').map(({name}) => name);
  await until(async () => (await firing()).includes('SseWorkerGaps'), 'the alert about gaps fires', 15_000);
  assert.deepEqual((await firing()).filter((name) => !['SseWorkerGaps', 'SseWorkerLimitReached'].includes(name)), []);
  await stop();
});

test('a panel without figures would be found', () => {
  const good = {status: 'success', data: {result: [{metric: {reason: 'x'}, value: [0, '1']}]}};
  const target = {expr: 'a{instance=~"$instance"}', legendFormat: '{{reason}}'};
  assert.equal(problem(target, good), undefined);
  assert.equal(problem(target, {status: 'error', error: 'parse error'}), 'parse error');
  assert.equal(problem(target, {status: 'success', data: {result: []}}), 'finds nothing');
  assert.equal(problem(target, {status: 'success', data: {result: [{metric: {reason: 'x'}, value: [0, 'NaN']}]}}), 'is no number');
  assert.match(problem({...target, legendFormat: '{{key}}'}, good), /has no label/);
  assert.match(problem({...target, legendFormat: 'all'}, {...good, data: {result: [...good.data.result, ...good.data.result]}}), /2 lines/);
  assert.match(problem({...target, expr: 'a'}, good), /variable/);
});

test('the dashboard is one that Grafana can load', () => {
  const ids = dashboard.panels.map(({id}) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const {title, gridPos: {x, y, w, h}, description, type} of dashboard.panels) {
    assert.ok(x >= 0 && x + w <= 24 && h > 0, title);
    assert.ok(type === 'row' || description, `${title} says what it shows`);
    const over = dashboard.panels.filter((other) => other.title !== title || other.gridPos.y !== y).filter(({gridPos: other}) =>
      other !== undefined && x < other.x + other.w && other.x < x + w && y < other.y + other.h && other.y < y + h);
    assert.deepEqual(over.map((other) => other.title), [], `${title} lies over others`);
  }
  assert.deepEqual(dashboard.templating.list.map(({name, type}) => [name, type]), [['datasource', 'datasource'], ['instance', 'query']]);
  for (const {title, targets} of panels) for (const {datasource} of targets) assert.equal(datasource.uid, '${datasource}', title);
});
