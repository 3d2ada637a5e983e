// The programs of deploy/examples, by the commands that docs/access.md prints, and what each of the two users may read.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {blocks} from '../docs/lib/markdown.mjs';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {examples, serverLines, startExample} from '../lib/example.mjs';
import {http} from '../lib/http.mjs';
import {binary, root} from '../lib/places.mjs';
import {freePort} from '../lib/port.mjs';
import {run} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';

const page = fs.readFileSync(path.join(root, 'docs/access.md'), 'utf8');
const ways = ['handover', 'asked', 'token'];
const programs = {Python: ['python3', 'chat.py'], Node: ['node', 'chat.mjs']};
const lines = (way, port) => serverLines(`${way}.conf`, port);

for (const [language, program] of Object.entries(programs)) {
  for (const way of ways) {
    test(`${language}, ${way}`, async (t) => {
      const {stack} = await startExample(t, program, {server: `${way}.conf`, page: '/chat/'});
      const post = (where, form, headers = {}) => fetch(`${stack.origin}/chat/${where}`, {method: 'POST', headers, body: new URLSearchParams(form)});
      const login = async (user) => ({Cookie: (await post('login', {user})).headers.get('set-cookie').split(';')[0]});
      const stream = async (headers, topic) => {
        const token = way === 'token' && headers.Cookie ? await (await fetch(`${stack.origin}/chat/token`, {headers})).text() : '';
        const where = {handover: '/chat/stream', asked: `/events?topic=${topic}`, token: `/events?topic=${topic}${token && `&authorization=${token}`}`}[way];
        return http(t, Number(new URL(stack.origin).port), where, {headers}).head();
      };
      const said = (answer) => answer.frames.filter(({data}) => data).map(({data}) => data);

      const [alice, bob] = [await login('alice'), await login('bob')];
      assert.equal((await post('login', {user: 'mallory'})).status, 403);
      assert.equal((await stream({}, 'room/lobby')).status, 401);
      // Handed over, the application chooses; else the page does, and is refused.
      if (way !== 'handover') assert.equal((await stream(bob, 'room/garden')).status, 403);
      const [hers, his] = [await stream(alice, 'room/garden&topic=room/lobby'), await stream(bob, 'room/lobby')];
      assert.deepEqual([hers.status, his.status], [200, 200]);
      assert.equal((await post('say', {room: 'room/garden', text: 'psst'}, bob)).status, 403);
      assert.equal((await post('say', {room: 'room/garden', text: 'a secret'}, alice)).status, 204);
      assert.equal((await post('say', {room: 'room/lobby', text: 'hello, ю'}, bob)).status, 204);
      for (const answer of [hers, his]) await until(() => said(answer).includes('bob: hello, ю'), 'what Bob said');
      assert.deepEqual([said(hers), said(his)], [['alice: a secret', 'bob: hello, ю'], ['bob: hello, ю']]);
    });
  }
}

test('docs/access.md prints the lines of the examples', () => {
  const printed = blocks(page).filter(({language}) => language === 'nginx').map(({code}) => code.trim().split('\n'));
  assert.equal(printed.length, 2);
  for (const [n, way] of ['handover', 'asked'].entries())
    for (const line of printed[n]) assert.ok(lines(way, 3000).split('\n').includes(line), line);
});

// `make run` without building, on free ports.
test('the commands of docs/access.md', async (t) => {
  for (const way of ways) {
    const block = blocks(page).find(({name}) => name === `example=${way}`);
    const [port, app, directory] = [await freePort(), await freePort(), temporaryDirectory(t)];
    const conf = path.join(directory, 'server.conf');
    fs.writeFileSync(conf, lines(way, app));
    const code = block.code
      .replace('python3 deploy/examples/chat.py', `EVENTS=http://127.0.0.1:${port} python3 ${examples}/chat.py ${app}`)
      .replace(/^make run SERVER=(\S+) CONFIG=(\S+) FEED=off/m, (_, server, config) => {
        assert.equal(server, `deploy/examples/${way}.conf`);
        return `SERVER=${conf} CONFIG=${path.join(root, config)} FEED=off PORT=${port} ${root}/deploy/local/run`;
      })
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`);
    // What the stream shows, into a file; in the end everything that was started ends.
    const show = code.replace(/^curl -N (.*) & sleep 1$/m, 'curl -sN $1 >said & sleep 1');
    assert.notEqual(show, code);
    const look = 'for n in {1..200}; do grep -q "^data: alice: hello" said && echo SHOWN && break; sleep 0.1; done; kill $(jobs -p); wait';
    const {stdout, stderr} = await run('bash', ['-c', `${show}\n${look}`], {cwd: directory, ms: 90_000, env: {...process.env, BUILD: path.dirname(binary)}});
    assert.match(stdout, /^SHOWN$/m, `${stdout}${stderr}`);
    fs.rmSync(path.join(root, '.run', String(port)), {recursive: true, force: true});
  }
});
