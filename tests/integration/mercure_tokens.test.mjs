// Who may subscribe and publish over the Mercure protocol: tokens in each of their places, for each of the two roles, and their end.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {bearer, publisherToken, secrets, signed, startMercure, subscriberToken} from '../lib/mercure.mjs';
import {assertProblem} from '../lib/problem.mjs';

const cookie = (token, name = 'mercureAuthorization') => ({Cookie: `other=1; ${name}=${token}`});
const strict = {anonymous: false};
const reads = async (hub, query, more) => {
  const answer = await hub.askMercure(query, more).head();
  answer.leave();
  return answer.status;
};

test('a subscriber has its token in the header, the address or a cookie, in this order', async (t) => {
  const hub = await startMercure(t, strict);
  const token = subscriberToken(['a']);
  const wrong = subscriberToken(['a']).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  assert.equal(await reads(hub, {topic: 'a'}, {token}), 200);
  assert.equal(await reads(hub, {topic: 'a', authorization: token}), 200);
  assert.equal(await reads(hub, {topic: 'a'}, {headers: cookie(token)}), 200);
  assert.equal(await reads(hub, {topic: 'a', authorization: wrong}, {token}), 200);
  assert.equal(await reads(hub, {topic: 'a', authorization: token}, {token: 'wrong'}), 401);
  assert.equal(await reads(hub, {topic: 'a', authorization: wrong}, {headers: cookie(token)}), 401);
  const answer = await hub.askMercure({topic: 'a', authorization: token}).head();
  assert.match(answer.headers.getAll?.('cache-control')?.join() ?? answer.header('cache-control'), /private/);
  answer.leave();
  assertProblem(await hub.askMercure({topic: 'a'}).done(), 401, /needs a token/);
});

test('a publisher, too; with a cookie its page must be known', async (t) => {
  const origin = 'https://app.example.com';
  const hub = await startMercure(t, strict, {access: {origins: [origin]}});
  const token = publisherToken(['a']);
  const publish = async (more) => (await hub.publishUpdate({topic: 'a'}, {token: null, ...more})).status;
  assert.equal(await publish({token}), 200);
  assert.equal(await publish({query: `?authorization=${token}`}), 200);
  const host = `127.0.0.1:${hub.port}`;
  const page = (headers) => publish({headers: {...cookie(token), Host: host, ...headers}});
  assert.equal(await page({Origin: `http://${host}`}), 200, 'of the same origin');
  assert.equal(await page({Origin: origin}), 200, 'of access.origins');
  assert.equal(await page({Referer: `${origin}/page?x`}), 200);
  assert.equal(await page({'Sec-Fetch-Site': 'same-origin'}), 200);
  for (const headers of [{}, {Origin: 'https://evil.example'}, {Origin: 'null'}, {Referer: 'https://evil.example/'}, {'Sec-Fetch-Site': 'cross-site'}])
    assert.equal(await page(headers), 403, JSON.stringify(headers));
  assert.equal(await publish({}), 401);
});

test('each role has its own key, and each topic must be granted', async (t) => {
  const hub = await startMercure(t, strict);
  const publish = (topic, token) => hub.publishUpdate({topic}, {token});
  assertProblem(await publish('a', subscriberToken(['a'])), 401);
  assertProblem(await publish('a', signed({mercure: {publish: ['a']}}, secrets.readers)), 401);
  assertProblem(await hub.askMercure({topic: 'a'}, {token: publisherToken(['a'])}).done(), 401);
  assertProblem(await publish(['a', 'b'], publisherToken(['a'])), 403, 'topic');
  assertProblem(await publish('a', publisherToken([])), 403, 'topic');
  assertProblem(await publish('a', signed({sub: 'nobody'}, secrets.publishers)), 403, 'topic');
  assert.equal((await publish(['a', 'b'], publisherToken(['b', 'a']))).status, 200);
  assert.equal((await publish(['a', 'b'], publisherToken(['*']))).status, 200);
  const namespaced = signed({'https://mercure.rocks/': {publish: ['a']}}, secrets.publishers);
  assert.equal((await publish('a', namespaced)).status, 200);
  const reader = await hub.subscriber({topic: 'a'}, {token: subscriberToken(['elsewhere'])});
  await publish('a', publisherToken(['*']));
  await reader.got(1);
});

test('a token that ends takes its stream with it', async (t) => {
  const tokens = (secret) => ({keys: [{secret, algorithm: 'HS256'}], leeway_seconds: 0});
  const hub = await startMercure(t, {anonymous: true, tokens: {readers: tokens(secrets.readers), publishers: tokens(secrets.publishers)}});
  const now = () => Math.floor(Date.now() / 1000);
  const reader = await hub.subscriber({topic: 'a'}, {token: subscriberToken(['a'], {exp: now() + 2})});
  await reader.over();
  assert.equal(reader.events.at(-1).event, 'expired', 'and its page learns why');
  assertProblem(await hub.askMercure({topic: 'a'}, {token: subscriberToken(['a'], {exp: now() - 1})}).done(), 401, /expired/);
  assertProblem(await hub.publishUpdate({topic: 'a'}, {token: publisherToken(['a'], {exp: now() - 1})}), 401, /expired/);
});

test('keys may be public ones, and those of access.tokens count where there are none', async (t) => {
  const directory = temporaryDirectory(t);
  const {publicKey, privateKey} = crypto.generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const file = path.join(directory, 'public.pem');
  fs.writeFileSync(file, publicKey.export({type: 'spki', format: 'pem'}));
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const es256 = (claims) => {
    const input = `${encode({alg: 'ES256', typ: 'JWT'})}.${encode(claims)}`;
    return `${input}.${crypto.sign('sha256', Buffer.from(input), {key: privateKey, dsaEncoding: 'ieee-p1363'}).toString('base64url')}`;
  };
  const hub = await startMercure(t, {anonymous: false, tokens: {publishers: {keys: [{public_key_file: file}]}}}, {
    access: {tokens: {readers: {keys: [{secret: secrets.readers, algorithm: 'HS256'}]}}},
  });
  assert.equal((await hub.publishUpdate({topic: 'a'}, {token: es256({mercure: {publish: ['*']}})})).status, 200);
  assertProblem(await hub.publishUpdate({topic: 'a'}, {token: publisherToken(['*'])}), 401);
  const exp = Math.floor(Date.now() / 1000) + 600;
  assert.equal(await reads(hub, {topic: 'a'}, {token: subscriberToken(['a'], {exp})}), 200);
  assert.equal(await reads(hub, {topic: 'a'}, {token: subscriberToken(['a'])}), 401, 'with their rules: a token has to end');
});

test('another cookie, and nobody without keys', async (t) => {
  const hub = await startMercure(t, {anonymous: false, tokens: {cookie: 'hub', readers: {keys: [{secret: secrets.readers, algorithm: 'HS256'}]}}});
  const token = subscriberToken(['a']);
  assert.equal(await reads(hub, {topic: 'a'}, {headers: cookie(token, 'hub')}), 200);
  assert.equal(await reads(hub, {topic: 'a'}, {headers: cookie(token)}), 401);
  assertProblem(await hub.publishUpdate({topic: 'a'}, {token: publisherToken(['a'])}), 401, /mercure\.tokens\.publishers\.keys/);
});

test('what access.public closes is closed here, too', async (t) => {
  const hub = await startMercure(t, {}, {access: {public: ['open']}});
  assert.equal(await reads(hub, {topic: 'open'}), 200);
  assert.equal(await reads(hub, {topic: 'closed'}), 401);
  assert.equal(await reads(hub, {topic: 'closed'}, {token: subscriberToken(['other'])}), 403);
  assert.equal(await reads(hub, {topic: 'closed'}, {headers: bearer(subscriberToken(['closed']))}), 200);
  const token = subscriberToken(['clos{how}']);
  assert.equal(await reads(hub, {topic: ['closed', 'clos{how}']}, {token}), 200, 'a template grants names, and itself');
  for (const topic of ['clos{other}', '*', 'open/']) assert.equal(await reads(hub, {topic}, {token}), 403, topic);
});
