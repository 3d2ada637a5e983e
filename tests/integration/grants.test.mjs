// Private topics in each of the ways in which a request gets a grant, through the real nginx: tokens, an application that nginx
// asks, and one that hands the request over.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {handover, question, startApplication} from '../lib/application.mjs';
import {defer} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {until} from '../lib/wait.mjs';

const secret = 'a secret of thirty-two bytes or more';
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = (from) => Math.floor(Date.now() / 1000) + from;

function token(claims, {exp = seconds(600), with: key = secret} = {}) {
  const input = `${encode({alg: 'HS256', typ: 'JWT'})}.${encode({exp, ...claims})}`;
  return `${input}.${crypto.createHmac('sha256', key).update(input).digest('base64url')}`;
}

const keys = [{secret, algorithm: 'HS256'}];
const access = {public: ['news'], tokens: {readers: {keys, leeway_seconds: 0}, publishers: {keys}, cookie: 'session'}};
const reads = (...subscribe) => ({sub: 'alice', sse: {subscribe}});
const publisher = {Authorization: `Bearer ${token({sse: {publish: ['*']}})}`};

// What a stream gets of the topics it asks for: the data of its events.
const data = (answer) => answer.frames.filter((frame) => frame.data !== undefined && frame.event !== 'gap').map((frame) => frame.data);
const stream = (hub, query, headers = {}) => hub.nginx.http(`/events?${query}`, {headers}).head();

const publish = async (hub, event) => {
  const answer = await hub.nginx.fetch('/publish', {method: 'POST', headers: {...publisher, 'Content-Type': 'application/json'}, body: JSON.stringify(event)});
  assert.equal(answer.status, 200, answer.text);
};

test('tokens', async (t) => {
  const hub = await startHub(t, {access});
  const alice = token(reads('user/alice', 'chat/*'));

  await t.test('where a token may be', async () => {
    for (const [query, headers] of [['', {Authorization: `Bearer ${alice}`}], [`&authorization=${alice}`, {}], ['', {Cookie: `a=b; session=${alice}`}]]) {
      const answer = await stream(hub, `topic=user/alice&topic=news&topic=chat/*${query}`, headers);
      assert.equal(answer.status, 200);
      answer.leave();
    }
  });

  await t.test('what is refused, and how', async () => {
    const refused = async (query, headers, status, challenge, detail) => {
      const answer = await hub.nginx.fetch(`/events?${query}`, {headers});
      assertProblem(answer, status, detail);
      assert.equal(answer.header('www-authenticate'), challenge);
      assert.ok(!answer.text.includes(alice.slice(0, 20)));
    };
    await refused('topic=user/alice', {}, 401, 'Bearer', /^topic: user\/alice may be read only with a grant/);
    await refused('topic=news&topic=user/bob', {Authorization: `Bearer ${alice}`}, 403, 'Bearer error="insufficient_scope"', /^topic: user\/bob is not covered/);
    await refused('topic=*', {Authorization: `Bearer ${alice}`}, 403, 'Bearer error="insufficient_scope"', /^topic: \* is not covered/);
    const forged = token(reads('*'), {with: 'another secret of thirty-two bytes..'});
    // Also for what is public: nobody becomes anonymous without notice.
    await refused('topic=news', {Authorization: `Bearer ${forged}`}, 401, 'Bearer error="invalid_token"', /./);
    await refused('topic=news', {Authorization: `Bearer ${token(reads('*'), {exp: seconds(-1)})}`}, 401, 'Bearer error="invalid_token"', /./);
    await refused('topic=news&authorization=nonsense', {}, 401, 'Bearer error="invalid_token"', /./);
    await refused('topic=news', {Authorization: 'Bearer '}, 401, 'Bearer error="invalid_token"', /./);
  });

  await t.test('private events reach those to whom one of their topics is granted', async () => {
    const mine = await stream(hub, 'topic=news', {Authorization: `Bearer ${alice}`});
    const other = await stream(hub, 'topic=news', {Authorization: `Bearer ${token({sub: 'bob', sse: {subscribe: ['user/bob']}})}`});
    const anonymous = await stream(hub, 'topic=news');
    await publish(hub, {topic: ['news', 'user/alice'], data: 'for alice', private: true});
    await publish(hub, {topic: 'news', data: 'for all'});
    for (const [answer, expected] of [[mine, ['for alice', 'for all']], [other, ['for all']], [anonymous, ['for all']]]) {
      await until(() => data(answer).includes('for all'), 'the public event');
      assert.deepEqual(data(answer), expected);
      answer.leave();
    }
    // The same from the history, and in a long poll.
    const poll = async (headers) => (await hub.nginx.fetch('/events?topic=news&poll=0&lastEventId=earliest', {headers})).json.events.map((event) => event.data);
    assert.deepEqual(await poll({Authorization: `Bearer ${alice}`}), ['for alice', 'for all']);
    assert.deepEqual(await poll({}), ['for all']);
  });

  await t.test('what may be published', async () => {
    const by = (claims) => ({Authorization: `Bearer ${token(claims)}`});
    const answer = await hub.nginx.fetch('/publish', {method: 'POST', headers: {...by({sse: {publish: ['a']}}), 'Content-Type': 'application/x-ndjson'}, body: '{"topic":"a","data":"1"}\n{"topic":["a","b"],"data":"2"}\n'});
    assert.deepEqual(answer.text.split('\n').slice(0, 2).map((line) => Object.keys(JSON.parse(line))[0]), ['id', 'error']);
    assertProblem(await hub.nginx.fetch('/publish', {method: 'POST', headers: {...by({sse: {publish: ['a']}}), 'Content-Type': 'application/json'}, body: '{"topic":"b","data":"1"}'}), 403, /^topic: b may not be published/);
    assertProblem(await hub.nginx.fetch('/publish', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"topic":"b","data":"1"}'}), 401, /token/);
  });

  await t.test('a subject publishes and subscribes within its limits', async (t) => {
    const limited = await startHub(t, {access, publish: {subject_events_per_second_max: 1}, streams: {per_subject_max: 2}});
    const by = {Authorization: `Bearer ${token({sub: 'alice', sse: {publish: ['a']}})}`, 'Content-Type': 'application/json'};
    const publishes = () => limited.nginx.fetch('/publish', {method: 'POST', headers: by, body: '{"topic":"a","data":"1"}'});
    assert.equal((await publishes()).status, 200);
    const refused = await publishes();
    assertProblem(refused, 429, /^This user publishes more events per second than publish\.subject_events_per_second_max/);
    assert.ok(Number(refused.header('retry-after')) >= 1);
    assert.equal(await limited.metric('sse_worker_limit_reached_total', {key: 'publish.subject_events_per_second_max'}), 1);

    const open = [await stream(limited, `topic=user/alice&authorization=${alice}`), await stream(limited, `topic=user/alice&authorization=${alice}`)];
    const third = await limited.nginx.fetch(`/events?topic=user/alice&authorization=${alice}`);
    assert.match(third.text, /^: this user has reached the limit of streams; reconnect later\n/m);
    assertProblem(await limited.nginx.fetch(`/events?topic=user/alice&poll=5&authorization=${alice}`), 429, /streams\.per_subject_max/);
    (await stream(limited, 'topic=news')).leave();
    for (const each of open) each.leave();
    assert.equal(await limited.metric('sse_worker_limit_reached_total', {key: 'streams.per_subject_max'}), 2);
  });

  await t.test('a stream ends with its token, and a new one continues', async () => {
    const answer = await stream(hub, `topic=user/alice&authorization=${token(reads('user/alice'), {exp: seconds(3)})}`);
    await publish(hub, {topic: 'user/alice', data: 'before'});
    await answer.done(20_000);
    const last = answer.frames.at(-1);
    assert.deepEqual([last.event, last.data], ['expired', '{"reason":"expired"}']);
    await publish(hub, {topic: 'user/alice', data: 'after'});
    const cursor = answer.frames.findLast((frame) => frame.id !== undefined).id;
    const again = await hub.nginx.fetch(`/events?topic=user/alice&poll=0&lastEventId=${cursor}&authorization=${alice}`);
    assert.deepEqual(again.json.events.map((event) => event.data), ['after']);
  });

  await t.test('control', async () => {
    const control = (body, claims = {sse: {control: true}}) =>
      hub.nginx.fetch('/control', {method: 'POST', headers: {Authorization: `Bearer ${token(claims)}`, 'Content-Type': 'application/json'}, body: JSON.stringify(body)});
    const one = await stream(hub, `topic=user/alice&authorization=${alice}`);
    const two = await stream(hub, `topic=chat/1&topic=chat/2/*&authorization=${alice}`);
    const others = await stream(hub, 'topic=news');
    assertProblem(await control({action: 'list', subject: 'alice'}, {sse: {publish: ['*']}}), 403, /control/);
    for (const [body, detail] of [[{}, /^action/], [{action: 'end'}, /^subject, topic/], [{action: 'end', subject: 'a', topic: 'b'}, /^subject, topic/],
      [{action: 'list', subject: 'a', refuseSeconds: 1}, /^refuseSeconds/], [{action: 'end', subjekt: 'a'}, /^subjekt: is not a member/], [[], /^JSON/]])
      assertProblem(await control(body), 400, detail);
    let listed;
    await until(async () => (listed = (await control({action: 'list', subject: 'alice'})).json).count === 2, 'both streams in the list');
    assert.deepEqual(listed.streams.map((each) => each.topics).sort(), [['chat/1', 'chat/2/*'], ['user/alice']]);
    assert.deepEqual(Object.keys(listed.streams[0]), ['subject', 'topics', 'since', 'waitingBytes']);
    assert.equal((await control({action: 'list', topic: 'chat/2/x'})).json.count, 1);

    assert.deepEqual((await control({action: 'end', subject: 'alice', refuseSeconds: 60})).json, {ended: 2});
    for (const answer of [one, two]) {
      await answer.done();
      assert.deepEqual([answer.frames.at(-1).event, answer.frames.at(-1).data], ['expired', '{"reason":"revoked"}']);
    }
    assertProblem(await hub.nginx.fetch(`/events?topic=user/alice&authorization=${alice}`), 401, /revoked/);
    assert.equal(others.ended, null);
    others.leave();
    assert.equal(await hub.metric('sse_worker_access_refusals_total', {reason: 'revoked'}), 1);
  });
});

// An application with two users, known by the header X-User. It grants, or hands over.
function twoUsers(request, response) {
  const user = request.headers['x-user'];
  if (!user) return response.writeHead(401, {'WWW-Authenticate': 'Login'}).end();
  if (request.url.startsWith('/grant')) return response.writeHead(204, {'X-Sse-Grant': `subscribe=user/${user}&subject=${user}`}).end();
  response.writeHead(200, {'X-Accel-Redirect': `/_events?topic=user/${user}&topic=news`, 'X-Sse-Grant': `subject=${user}`, 'Content-Length': 0}).end();
}

test('an application that nginx asks, and one that hands over', async (t) => {
  const app = await startApplication(t, twoUsers);
  const server = `${question(app.port)} ${handover(app.port)}`;
  const hub = await startHub(t, {access: {public: ['news']}}, {nginx: {server, locations: 'sse-worker.auth.conf'}});
  const as = (user, more = {}) => ({headers: {'X-User': user, ...more}});

  await t.test('asked: the grant of the application decides', async () => {
    const alice = await hub.nginx.http('/events?topic=user/alice', as('alice')).head();
    assert.equal(alice.status, 200);
    alice.leave();
    assertProblem(await hub.nginx.fetch('/events?topic=user/alice', as('bob')), 403, /^topic: user\/alice is not covered/);
    assert.equal((await hub.nginx.fetch('/events?topic=news')).status, 401);
  });

  await t.test('no header of a client is a grant', async () => {
    const names = ['SSE-Grant', 'X-Sse-Grant', 'Sse-Handover', 'HTTP-SSE-GRANT', 'Grant'];
    const headers = Object.fromEntries(names.map((name) => [name, 'subscribe=*']));
    assert.equal((await hub.nginx.fetch('/events?topic=user/alice', as('bob', headers))).status, 403);
    assert.equal((await hub.nginx.fetch('/events?topic=user/alice', {headers})).status, 401);
    assert.equal((await hub.nginx.fetch('/_events?topic=user/alice')).status, 404);
  });

  await t.test('handed over: the application chooses the topics, the client has the cursor', async () => {
    const answer = await hub.nginx.http('/chat?topic=user/alice&topic=*', as('bob')).head();
    assert.equal(answer.status, 200);
    for (const [topic, text] of [['user/alice', 'not his'], ['user/bob', 'his'], ['news', 'for all']]) await hub.publish({topic, data: text});
    await until(() => data(answer).includes('for all'), 'the last event');
    assert.deepEqual(data(answer), ['his', 'for all']);
    const cursor = answer.frames.find((frame) => frame.data === 'his').id;
    answer.leave();
    for (const [where, headers] of [['/chat', {'Last-Event-ID': cursor}], [`/chat?lastEventId=${cursor}`, {}]]) {
      const again = await hub.nginx.http(where, as('bob', headers)).head();
      await until(() => data(again).length > 0, 'what comes after the cursor');
      assert.deepEqual(data(again), ['for all']);
      again.leave();
    }
  });

  await t.test('handed over: the body of a POST is not a subscription', async () => {
    const answer = await hub.nginx.http('/chat', {method: 'POST', headers: {'X-User': 'bob', 'Content-Type': 'application/json'}, body: '{"topic":"user/alice"}'}).head();
    assert.equal(answer.status, 200);
    await hub.publish({topic: 'user/alice', data: 'not his'});
    await hub.publish({topic: 'user/bob', data: 'his'});
    await until(() => data(answer).length > 0, 'an event');
    assert.deepEqual(data(answer), ['his']);
    answer.leave();
  });
});

test('handed over with a resume address: the client comes back without the application', async (t) => {
  const app = await startApplication(t, ({url}, response) => {
    const {search} = new URL(url, 'http://app');
    response.writeHead(200, {'X-Accel-Redirect': `/_events${search || '?topic=user/bob&topic=news&topic=w/*'}`, 'X-Sse-Grant': 'subject=bob&subscribe=also&resume=3600', 'Content-Length': 0}).end();
  });
  const locations = handover(app.port);
  const folder = await mkdtemp(join(tmpdir(), 'sse-resume-'));
  defer(t, () => rm(folder, {recursive: true}));
  const file = join(folder, 'resume.key');
  await writeFile(file, `${'r'.repeat(32)}\n`, {mode: 0o600});
  const settings = {access: {public: ['news'], resume_key_file: file}, store: {kind: 'sqlite', path: join(folder, 'log.db')}};
  const hub = await startHub(t, settings, {nginx: {server: locations}});
  const resumed = (answer) => answer.frames.filter(({event}) => event === 'resume').map((frame) => ({...JSON.parse(frame.data), id: frame.id}));

  const first = await hub.nginx.http('/chat').head();
  await until(() => resumed(first).length === 1, 'the address');
  const [{address, expires, id}] = resumed(first);
  assert.match(address, /^\/events\?topic=user\/bob&topic=news&topic=w\/\*&resume=[\w.-]+$/);
  assert.ok(Math.abs(expires - seconds(3600)) < 60);
  assert.equal(id, undefined);
  await hub.publish({topic: 'user/bob', data: '1'});
  await until(() => data(first).includes('1'), 'an event');
  const cursor = first.frames.findLast((frame) => frame.id !== undefined).id;
  first.leave();

  await t.test('a restart sends nobody to the application', async () => {
    await hub.publish({topic: ['news', 'also'], data: '2', private: true});
    await hub.restart(settings);
    assert.equal(app.asked.length, 1);
    const back = await hub.nginx.http(address, {headers: {'Last-Event-ID': cursor}}).head();
    assert.equal(back.status, 200);
    await hub.publish({topic: 'w/x', data: '3'});
    await until(() => data(back).includes('3'), 'what was missed, and what comes');
    assert.deepEqual(data(back), ['2', '3']);
    assert.deepEqual(resumed(back), []);
    back.leave();
    assert.equal(app.asked.length, 1);
  });

  await t.test('it opens nothing else', async () => {
    assertProblem(await hub.nginx.fetch(address.replace('user/bob', 'user/alice')), 403, /^topic: user\/alice is not covered/);
    assertProblem(await hub.nginx.fetch(address.slice(0, -1)), 401, /./);
    assertProblem(await hub.nginx.fetch(address.replace('resume=', 'authorization=')), 401, /topic: user\/bob may be read only with a grant/);
  });

  await t.test('a long poll has it as the address of its stream', async () => {
    const {json} = await hub.nginx.fetch(`/chat?topic=news&topic=user/bob&poll=0`);
    const {pathname, searchParams} = new URL(json.stream, 'http://site');
    assert.deepEqual([pathname, searchParams.getAll('topic'), searchParams.get('lastEventId')], ['/events', ['news', 'user/bob'], json.lastEventId]);
    assert.ok(searchParams.get('resume'));
    const again = await hub.nginx.fetch(`${json.stream}&poll=0`);
    assert.equal(again.status, 200);
    assert.equal(new URL(again.json.stream, 'http://site').searchParams.get('resume'), searchParams.get('resume'));
  });

  await t.test('without a key the stream says what is missing', async (t) => {
    const keyless = await startHub(t, {}, {nginx: {server: locations}});
    const answer = await keyless.nginx.http('/chat').head();
    await until(() => answer.text.includes(': resume: needs a key, access.resume_key_file\n'), 'the comment');
    assert.deepEqual(resumed(answer), []);
    answer.leave();
  });

  await t.test('another key ends it', async () => {
    await writeFile(file, 's'.repeat(32));
    await until(async () => (await hub.nginx.fetch(`${address}&poll=0`)).status === 401, 'the new key');
  });
});
