// The manual pages and the completion as `make install` installs them: they say what the configuration and the help texts say.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {before, test} from 'node:test';
import os from 'node:os';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {binary, build, root} from '../lib/places.mjs';
import {run} from '../lib/process.mjs';
import {keysOf} from './lib/names.mjs';
import {read} from './lib/pages.mjs';

const installed = fs.mkdtempSync(path.join(os.tmpdir(), 'sse-worker-manual-'));
process.on('exit', () => fs.rmSync(installed, {recursive: true, force: true}));
const man = (name) => path.join(installed, 'usr/share/man', `man${name.at(-1)}`, name);
const programs = ['pipe', 'probe', 'top'];
const names = ['sse-worker.8', ...programs.map((name) => `sse-worker-${name}.1`), 'sse-worker.yaml.5'];

const succeeds = async (command, args, options) => {
  const {code, stdout, stderr} = await run(command, args, {ms: 60_000, ...options});
  assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
  return stdout;
};

before(() => succeeds('cmake', ['--install', build, '--prefix', '/usr'], {env: {...process.env, DESTDIR: installed}}));

// The text of a page without its markup, in one line.
const plain = (page) =>
  page
    .split('\n')
    .filter((line) => !line.startsWith('.'))
    .join(' ')
    .replace(/\\f[BIPR]|\\&/g, '')
    .replaceAll('\\-', '-')
    .replaceAll('\\e', '\\')
    .replace(/\s+/g, ' ');
const configurationPage = (file) => run('sh', [path.join(root, 'deploy/man/configuration-page'), file, '1.2.3', '2026-01-31'], {ms: 20_000});
const configuration = (t, text) => {
  const file = path.join(temporaryDirectory(t), 'sse-worker.yaml');
  fs.writeFileSync(file, text);
  return file;
};

// Comments as they stand above a key: what is set by default has one, and so has the file.
function comments(yaml) {
  const found = [];
  let current = [];
  for (const line of [...yaml.split('\n'), '']) {
    const comment = /^ *# ?(.*)$/.exec(line)?.[1];
    if (comment !== undefined && !/^[a-z_]+: \/\S*$/.test(comment)) current.push(comment);
    else if (current.length > 0) found.push(current.splice(0).join(' ').replaceAll('`', '').replaceAll('…', '...').replaceAll('µ', 'u').replace(/\s+/g, ' '));
  }
  return found;
}

test('every key of the configuration is in sse-worker.yaml(5), once, with its comment', async () => {
  const yaml = read('config/sse-worker.yaml');
  const page = fs.readFileSync(man('sse-worker.yaml.5'), 'utf8');
  const headings = [...page.matchAll(/^\\fB([a-z_.]+)\\fP: \\fI.*\\fP$/gm)].map(([, key]) => key);
  const keys = [...keysOf(yaml)];
  const sections = keys.filter((key) => keys.some((other) => other.startsWith(`${key}.`)));
  assert.deepEqual(headings, keys.filter((key) => !sections.includes(key)));
  assert.deepEqual([...page.matchAll(/^\.SS ([a-z_.]+)$/gm)].map(([, section]) => section), sections);
  const text = plain(page);
  assert.ok(comments(yaml).length > 60);
  assert.deepEqual(comments(yaml).filter((comment) => !text.includes(comment)), []);
});

test('it follows the file, and refuses what it does not understand', async (t) => {
  const page = async (text) => configurationPage(configuration(t, text));
  const made = await page('# Intro.\n\nlog:\n  # New: `a` costs 3\\4 µs.\n  # .dot\n  new: ".x"\n');
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^\.TH SSE\\-WORKER\.YAML 5 2026-01-31 "sse\\-worker 1\.2\.3"$/m);
  assert.match(made.stdout, /^\.SS log\n\.TP\n\\fBlog\.new\\fP: \\fI"\.x"\\fP\nNew: \\fBa\\fP costs 3\\e4 us\.\n\\&\.dot\n/m);
  for (const wrong of ['# Intro.\n\n# Nobody.\n\na: 1\n', '# Intro.\n\n    deep: 1\n', '# Intro.\n\nA: 1\n', '# Intro.\n\n- a\n', '# Intro ü.\n\na: 1\n']) {
    const {code, stderr} = await page(wrong);
    assert.equal(code, 1, wrong);
    assert.match(stderr, /sse-worker\.yaml:\d+: /, wrong);
  }
});

for (const name of names) {
  test(`${name} is rendered without a warning`, async () => {
    const text = fs.readFileSync(man(name), 'utf8');
    assert.doesNotMatch(text, /@[A-Z]+@/);
    assert.equal(await succeeds('mandoc', ['-T', 'lint', '-W', 'warning', man(name)]), '');
    const {code, stdout, stderr} = await run('man', ['--warnings=w', '-E', 'UTF-8', '-l', man(name)], {ms: 60_000, env: {...process.env, MANPAGER: 'cat', MANWIDTH: '80', LC_ALL: 'C.UTF-8'}});
    assert.deepEqual({code, stderr}, {code: 0, stderr: ''});
    assert.ok(stdout.length > 1000);
  });
}

const help = async (...command) => {
  const text = await succeeds(...(programs.includes(command[0]) ? [`${binary}-${command[0]}`, ['--help']] : [binary, [...command, '--help']]));
  return [...text.matchAll(/^ {2}(?:-h,)?(--[a-z-]+)/gm)].map(([, option]) => option);
};
const commands = ['check', 'token', ...programs];

test('the pages have the options of the help texts', async () => {
  const named = (name) => [...new Set(fs.readFileSync(man(name), 'utf8').split('.SH EXAMPLES')[0].match(/^\.B\w? .*\\-\\-[a-z\\-]+/gm).map((line) => line.match(/\\-\\-([a-z\\-]+)/)[0].replaceAll('\\', '')))].sort();
  const of = async (...lists) => [...new Set((await Promise.all(lists.map((each) => help(...each)))).flat())].sort();
  assert.deepEqual(named('sse-worker.8'), await of([], ['check'], ['token']));
  for (const name of programs)
    assert.deepEqual(named(`sse-worker-${name}.1`).filter((option) => option !== '--topic'), (await of([name])).filter((option) => option !== '--topic'));
  for (const command of commands) assert.match(fs.readFileSync(man('sse-worker.8'), 'utf8'), new RegExp(`^\\.SS ${command}$`, 'm'));
});

test('bash completes what the help texts name', async (t) => {
  const files = temporaryDirectory(t);
  for (const name of ['one.yaml', 'one key.pem']) fs.writeFileSync(path.join(files, name), '');
  const script = `
    source "$1"
    words=("\${@:2}")
    declare -F _sse_worker >/dev/null
    [[ $(complete -p "\${words[0]}") == *'-F _sse_worker '* ]]
    COMP_WORDS=("\${words[@]}") COMP_CWORD=$((\${#words[@]} - 1))
    _sse_worker "\${words[0]}" "\${words[-1]}" "\${words[-2]}"
    ((\${#COMPREPLY[@]} == 0)) || printf '%s\\n' "\${COMPREPLY[@]}"`;
  const complete = async (...words) => {
    const completion = path.join(installed, 'usr/share/bash-completion/completions', words[0]);
    const env = {...process.env, PATH: `${path.dirname(binary)}:${process.env.PATH}`};
    return (await succeeds('bash', ['-euo', 'pipefail', '-c', script, 'bash', completion, ...words], {cwd: files, env})).split('\n').slice(0, -1).sort();
  };
  const all = async (...command) => [...(await help(...command)), ...(['check', 'token'].includes(command[0]) ? ['--config'] : []), ...(command.length === 0 ? commands : [])].sort();
  assert.ok((await all('token')).includes('--subscribe'));
  assert.deepEqual(await complete('sse-worker', ''), await all());
  assert.deepEqual(await complete('sse-worker', 'ch'), ['check']);
  for (const command of commands) assert.deepEqual(await complete('sse-worker', command, ''), await all(command), command);
  for (const name of programs) assert.deepEqual(await complete(`sse-worker-${name}`, ''), await all(name));
  assert.deepEqual(await complete('sse-worker', 'token', '--sub'), ['--subject', '--subscribe']);
  assert.deepEqual(await complete('sse-worker', '--config', 'o'), ['one key.pem', 'one.yaml']);
  assert.deepEqual(await complete('sse-worker', 'token', '--key', 'one k'), ['one key.pem']);
  assert.deepEqual(await complete('sse-worker-pipe', '--key', ''), []);
  assert.deepEqual(await complete('sse-worker', 'token', '--for', ''), ['publishers', 'readers']);
  assert.deepEqual(await complete('sse-worker', 'pipe', '--split', 'c'), ['chunk']);
  assert.deepEqual(await complete('sse-worker', 'probe', '--header-file', 'one k'), ['one key.pem']);
  assert.deepEqual(await complete('sse-worker-probe', '--idle', ''), []);
  assert.deepEqual(await complete('sse-worker', 'check', '--user', 'roo'), ['root']);
  assert.deepEqual(await complete('sse-worker', 'token', '--subscribe', ''), []);
});
