// The programs of deploy/examples, by the commands that docs/access.md prints, and what each of the two users may read.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {blocks} from '../docs/lib/markdown.mjs';
import {runCommands, serverLines, startExample} from '../lib/example.mjs';
import {http} from '../lib/http.mjs';
import {root} from '../lib/places.mjs';
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

test('the commands of docs/access.md', async (t) => {
  for (const way of ways) {
    const block = blocks(page).find(({name}) => name === `example=${way}`);
    await runCommands(t, block.code, {server: `${way}.conf`, shows: '^data: alice: hello'});
  }
});
