// Who may open a publish stream, what it may write, and when it has to stop, through the real nginx.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import {test} from 'node:test';
import {hasReceived, httpWays, kinds, received, startStreamHub, stored} from '../lib/publish_stream.mjs';
import {assertProblem} from '../lib/problem.mjs';

const secret = 'a secret of thirty-two bytes or more';
const key = 'correct horse battery staple';
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

// A token for publishers, valid for so many seconds.
function token(publish, {seconds = 600, sub = 'backend'} = {}) {
  const input = `${encode({alg: 'HS256', typ: 'JWT'})}.${encode({exp: Math.floor(Date.now() / 1000) + seconds, sub, sse: {publish}})}`;
  return `${input}.${crypto.createHmac('sha256', secret).update(input).digest('base64url')}`;
}

const bearer = (text) => ({headers: {Authorization: `Bearer ${text}`}});

for (const [name, open] of Object.entries(httpWays)) {
  test(`over ${name}`, async (t) => {
    const access = {tokens: {publishers: {keys: [{secret, algorithm: 'HS256'}], leeway_seconds: 0}}};
    const hub = await startStreamHub(t, {publish: {key}, access}, {nginx: {server: 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;'}});
    hub.headers = bearer(key).headers;
    const stream = (of, query, options = bearer(key)) => open(of, hub, query, options);
    const control = (fields) => hub.nginx.fetch('/control', {method: 'POST', headers: {...hub.headers, 'Content-Type': 'application/x-www-form-urlencoded'}, body: new URLSearchParams(fields).toString()});

    // Refused before the body ends, and nothing of it is published.
    const refused = async (of, query, options, status, detail) => {
      const one = stream(of, query, options);
      one.write({topic: 'a', data: 'refused'});
      await one.done();
      const problem = assertProblem(one, status, detail);
      assert.ok(!one.text.includes(key));
      return {...one.headers, problem};
    };

    await t.test('with the key', async (of) => {
      const one = stream(of, {topic: 'a'});
      one.write({data: 'x'});
      assert.deepEqual(kinds(await one.answered(1)), ['id']);
      await one.finish();
    });

    await t.test('without a key, or with a wrong one: 401', async (of) => {
      assert.equal((await refused(of, {topic: 'a'}, {}, 401, /^Publishing needs `Authorization: Bearer`/))['www-authenticate'], 'Bearer');
      for (const wrong of [`${key}x`, key.slice(1), token(['*'], {seconds: -1}), `${token(['*']).slice(0, -4)}AAAA`])
        assert.match((await refused(of, {topic: 'a'}, bearer(wrong), 401))['www-authenticate'], /^Bearer error="invalid_(token|request)"$/, wrong);
      assert.deepEqual((await stored(hub, 'a')).map(({data}) => data), ['x']);
    });

    await t.test('a topic of the address that the token does not cover: 403', async (of) => {
      for (const query of [{topic: 'other'}, {topic: ['mine/1', 'other']}, {topic: 'other', close: '1'}, {topic: 'other', abort: 'died'}, {topic: 'other', writer: 'W'}])
        await refused(of, query, bearer(token(['mine/*'])), 403, /^topic: other may not be published with the grant of this request/);
    });

    await t.test('a topic of a line that the token does not cover: that line is refused', async (of) => {
      const one = stream(of, {topic: 'mine/1'}, bearer(token(['mine/*'])));
      const lines = await one.finish([{data: 'one'}, {topic: 'other', data: 'x'}, {topic: ['mine/2', 'other'], data: 'y'}, {data: 'two', topic: 'mine/2'}]);
      assert.deepEqual(kinds(lines), ['id', 'error', 'error', 'id']);
      for (const n of [1, 2]) assert.equal(lines[n].error, `line ${n + 1}: topic: other may not be published with the grant of this request`);
      assert.deepEqual(await stored(hub, 'other'), []);
      assert.deepEqual((await stored(hub, 'mine/2')).map(({data}) => data), ['two']);
    });

    await t.test('a token that ends while the stream is open: the publisher is told', async (of) => {
      const one = stream(of, {topic: 'ends', answers: 'all'}, bearer(token(['ends'], {seconds: 3})));
      one.write({data: 'one'});
      await one.answered(1);
      await one.done(20_000);
      assert.equal(one.ended, 'well');
      assert.deepEqual(kinds(one.lines), ['id', 'end']);
      assert.deepEqual(one.lines[1], {end: {reason: 'expired'}});
      assert.deepEqual((await stored(hub, 'ends')).map(({id}) => id), one.ids);
    });

    await t.test('a subject that is refused: its streams end, and those of others stay', async (of) => {
      const [alice, bob] = ['alice', 'bob'].map((sub) => stream(of, {topic: 'revoked'}, bearer(token(['revoked'], {sub}))));
      for (const one of [alice, bob]) {
        one.write({data: 'x'});
        await one.answered(1);
      }
      const answer = await control({action: 'end', subject: 'alice', refuseSeconds: 60});
      assert.equal(answer.status, 200, answer.text);
      await alice.done();
      assert.deepEqual(alice.lines.slice(1), [{end: {reason: 'revoked'}}]);
      await refused(of, {topic: 'revoked'}, bearer(token(['revoked'], {sub: 'alice'})), 401);
      assert.deepEqual(kinds(await bob.finish([{data: 'y'}])), ['id', 'id']);
    });

    await t.test('mistakes in the request are told at once', async (of) => {
      const more = (options) => ({...options, headers: {...bearer(key).headers, ...options.headers}});
      await refused(of, {topik: 'a'}, more({}), 400, /^topik: is not a parameter; did you mean topic\? /);
      await refused(of, {topic: 'a', close: 'yes'}, more({}), 400, /^close: must be 0 or 1/);
      await refused(of, {topic: 'a', answers: 'none'}, more({}), 400, /^answers: must be auto or all or errors/);
      await refused(of, {topic: '$a'}, more({}), 400, /^topic: \$a is reserved/);
      await refused(of, {close: '1'}, more({}), 400, /^close: needs a topic beside it/);
      await refused(of, {topic: 'a', split: 'chunk'}, more({}), 400, /^split: goes with Content-Type: text\/plain/);
      await refused(of, {}, more({type: 'text/plain'}), 400, /^topic: is missing/);
      await refused(of, {topic: 'a'}, more({type: 'application/json'}), 415, /^Content-Type: a publish stream is application\/x-ndjson /);
      const {problem, ...headers} = await refused(of, {topic: 'a'}, more({headers: {'Content-Encoding': 'gzip'}}), 415, /^Content-Encoding: gzip is not supported here; send the body uncompressed$/);
      assert.equal(headers['accept-encoding'], 'identity');
    });

    await t.test('other methods: 405', async (of) => {
      for (const method of ['PATCH', 'DELETE']) {
        const one = stream(of, {topic: 'a'}, {...bearer(key), method});
        await one.finish();
        assertProblem(one, 405);
        assert.equal(one.headers.allow, 'POST, PUT');
      }
    });

    await t.test('more of them than publish.streams_max: 503, and an end makes room', async (of) => {
      await hub.again({publish: {key, listen: hub.publishSocket, streams_max: 2}, access});
      const [first, second] = [1, 2].map(() => stream(of, {topic: 'max'}));
      for (const one of [first, second]) {
        one.write({data: 'x'});
        await one.answered(1);
      }
      const headers = await refused(of, {topic: 'max'}, bearer(key), 503, /^There are 2 publish streams already, as many as publish\.streams_max allows\. Retry later\.$/);
      assert.equal(headers['retry-after'], '1');
      assert.ok((await hub.metric('sse_worker_limit_reached_total', {key: 'publish.streams_max'})) > 0);
      await first.finish();
      const before = await received(hub);
      await hub.worker.measured((metrics) => metrics.value('sse_worker_publish_streams') === 1, 'there is room');
      const third = stream(of, {topic: 'max'});
      third.write({data: 'y'});
      await hasReceived(hub, before, 13);
      assert.deepEqual(kinds(await third.finish()), ['id']);
      await second.finish();
    });
  });
}

test('without a key the address decides', async (t) => {
  const hub = await startStreamHub(t, {}, {nginx: {server: 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;'}});
  const open = httpWays['HTTP/1.1'];
  for (const [headers, status] of [[{'X-Test-Address': '192.0.2.7'}, 403], [{'X-Forwarded-For': '192.0.2.7'}, 401], [{Origin: 'https://elsewhere.example'}, 401]]) {
    const one = open(t, hub, {topic: 'a'}, {headers});
    one.write({data: 'x'});
    await one.done();
    assertProblem(one, status);
  }
  const own = open(t, hub, {topic: 'a'}, {});
  assert.deepEqual(kinds(await own.finish([{data: 'x'}])), ['id']);
});
