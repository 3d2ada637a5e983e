// Tokens of Mercure 1.0: `authorization_details` in an access token (RFC 9068), the challenges that ask for one, and where a client
// learns of them.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {HUB, ISSUER, PATH, accessToken, atHub, detail, publisherToken, secrets, signed, startMercure, subscriberToken} from '../lib/mercure.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {until} from '../lib/wait.mjs';

const keys = (secret, more = {}) => ({keys: [{secret, algorithm: 'HS256'}], ...more});
// leeway_seconds: of both roles.
const settings = (more = {}, tokens = {}, role = {}) => ({
  ...atHub,
  anonymous: false,
  tokens: {issuer: ISSUER, readers: keys(secrets.readers, role), publishers: keys(secrets.publishers, role), ...tokens},
  ...more,
});
const METADATA = '/.well-known/oauth-protected-resource/.well-known/mercure';
const where = `resource_metadata="https://hub.example.com${METADATA}"`;
const reading = (topics, more) => accessToken([detail(['subscribe'], topics)], more);
const publishing = (topics, more) => accessToken([detail(['publish'], topics)], {secret: secrets.publishers, ...more});
const subscribe = async (hub, query, more) => {
  const answer = await hub.askMercure(query, more).head();
  if (answer.status !== 200) await answer.done();
  answer.leave();
  return answer;
};
const challenge = (answer) => answer.header('www-authenticate');

test('a token in the header or the cookie, never in the address, and what is asked for without one', async (t) => {
  const hub = await startMercure(t, settings());
  const token = reading(['a']);
  const cookie = (text) => ({headers: {Cookie: `__Secure-mercure_access_token=${text}`}});
  assert.equal((await subscribe(hub, {match: 'a'}, {token})).status, 200);
  assert.equal((await subscribe(hub, {match: 'a'}, {headers: {Authorization: `bEARER ${token}`}})).status, 200);
  assert.equal((await subscribe(hub, {match: 'a'}, cookie(token))).status, 200);
  assert.equal((await subscribe(hub, {match: 'a'}, {...cookie('wrong'), headers: {Cookie: '__Secure-mercure_access_token=wrong', Authorization: `Bearer ${token}`}})).status, 200, 'the header counts');
  const none = await subscribe(hub, {match: 'a'});
  assert.deepEqual([none.status, challenge(none)], [401, `Bearer ${where}`]);
  const wrong = await subscribe(hub, {match: 'a'}, cookie('wrong'));
  assert.deepEqual([wrong.status, challenge(wrong)], [401, `Bearer error="invalid_token", ${where}`]);
  for (const name of ['authorization', 'access_token']) {
    const placed = await subscribe(hub, {match: 'a', [name]: token});
    assert.deepEqual([placed.status, challenge(placed)], [400, `Bearer error="invalid_request", ${where}`], name);
  }
  const publish = async (more) => {
    const answer = await hub.publishUpdate({topic: 'a'}, {token: null, ...more});
    return [answer.status, challenge(answer)];
  };
  assert.deepEqual(await publish({}), [401, `Bearer ${where}`]);
  assert.deepEqual(await publish({token: 'wrong'}), [401, `Bearer error="invalid_token", ${where}`]);
  assert.deepEqual(await publish({token: reading(['a'])}), [401, `Bearer error="invalid_token", ${where}`], 'of the other role');
  assert.deepEqual(await publish({token: publishing(['b'])}), [403, `Bearer error="insufficient_scope", ${where}`]);
  assert.deepEqual(await publish({query: `?authorization=${publishing(['a'])}`}), [400, `Bearer error="invalid_request", ${where}`]);
  assert.equal((await publish({token: publishing(['a'])}))[0], 200);
  const byCookie = {Cookie: `__Secure-mercure_access_token=${publishing(['a'])}`, Host: `127.0.0.1:${hub.port}`};
  assert.equal((await publish({headers: byCookie}))[0], 403, 'of no page that is known');
  assert.equal((await publish({headers: {...byCookie, Origin: `http://127.0.0.1:${hub.port}`}}))[0], 200);
  assert.equal((await subscribe(hub, {match: 'a'}, {token: publishing(['a'])})).status, 401, 'of the other role');
});

test('tokens of 0.x stay as they are beside them', async (t) => {
  const hub = await startMercure(t, settings());
  assert.equal((await subscribe(hub, {topic: 'a', authorization: subscriberToken(['a'])})).status, 200);
  assert.equal((await subscribe(hub, {match: 'a'}, {headers: {Cookie: `mercureAuthorization=${subscriberToken(['a'])}`}})).status, 200);
  assert.equal((await hub.publishUpdate({topic: 'a'}, {token: publisherToken(['a'])})).status, 200);
  const both = accessToken([detail(['publish'], ['a'])], {secret: secrets.publishers, mercure: {publish: ['b']}});
  assert.equal((await hub.publishUpdate({topic: ['a', 'b']}, {token: both})).status, 200);
  assert.equal((await hub.publishUpdate({topic: 'b'}, {query: `?authorization=${both}`, token: null})).status, 400, 'one that has both is one of 1.0');
});

test('what a token must say', async (t) => {
  const hub = await startMercure(t, settings());
  const now = Math.floor(Date.now() / 1000);
  const status = async (details, more) => {
    const answer = await hub.publishUpdate({topic: 'a'}, {token: accessToken(details, {secret: secrets.publishers, ...more})});
    if (answer.status === 401) assert.equal(challenge(answer), `Bearer error="invalid_token", ${where}`);
    return answer.status;
  };
  const good = [detail(['publish'], ['a'])];
  for (const [name, more, expected] of [
    ['as it should be', {}, 200],
    ['application/at+jwt', {header: {typ: 'application/AT+JWT'}}, 200],
    ['several audiences', {aud: ['https://other.example.com', HUB]}, 200],
    ['without what a hub does not use', {sub: undefined, client_id: undefined, iat: undefined, jti: undefined}, 200],
    ['typ: JWT', {header: {typ: 'JWT'}}, 401],
    ['no typ', {header: {typ: undefined}}, 401],
    ['an ID token', {header: {typ: 'id_token+jwt'}}, 401],
    ['no issuer', {iss: undefined}, 401],
    ['another issuer', {iss: `${ISSUER}/`}, 401],
    ['no audience', {aud: undefined}, 401],
    ['another audience', {aud: `${HUB}/`}, 401],
    ['other audiences', {aud: ['a', 'b']}, 401],
    ['no end', {exp: undefined}, 401],
    ['over', {exp: now - 1}, 401],
    ['not yet', {nbf: now + 600}, 401],
    ['alg: none', {header: {alg: 'none'}}, 401],
    ['a key of its own', {header: {jwk: {kty: 'oct', k: 'c2VjcmV0'}}}, 401],
    ['another key', {secret: secrets.readers}, 401],
  ]) assert.equal(await status(good, more), expected, name);
  const of = (detailed) => status(Array.isArray(detailed) ? detailed : [detailed]);
  const own = (more) => ({...detail(['publish'], ['a']), ...more});
  for (const [name, details, expected] of [
    ['details of other types', [...good, {type: 'payment', actions: 7}], 200],
    ['only such details', {type: 'payment', actions: 7}, 403],
    ['no details', [], 403],
    ['an action that is not known', own({actions: ['delete', 'publish']}), 200],
    ['only such actions', own({actions: ['delete']}), 403],
    ['a payload', own({payload: {a: 1}}), 200],
    ['a pattern', own({topics: [{match: ':id', match_type: 'urlpattern'}]}), 200],
    ['*, whatever the type', own({topics: [{match: '*', match_type: 'urlpattern'}]}), 200],
    ['a pattern as a name', own({topics: [{match: ':id'}]}), 403],
    ['no actions', own({actions: []}), 401],
    ['actions that are no list', own({actions: 'publish'}), 401],
    ['an action that is no text', own({actions: ['publish', 1]}), 401],
    ['no topics', own({topics: []}), 401],
    ['topics that are no list', own({topics: {match: 'a'}}), 401],
    ['a topic as a text', own({topics: ['a']}), 401],
    ['a topic without match', own({topics: [{match_type: 'exact'}]}), 401],
    ['an empty one', own({topics: [{match: ''}]}), 401],
    ['null', own({topics: [null]}), 401],
    ['another type', own({topics: [{match: 'a'}, {match: 'a', match_type: 'Exact'}]}), 401],
    ['a type that is not there', own({topics: [{match: 'a', match_type: 'regexp'}]}), 401],
    ['a type that is no text', own({topics: [{match: 'a', match_type: null}]}), 401],
    ['a wrong pattern beside a good one', own({topics: [{match: 'a'}, {match: '/:', match_type: 'urlpattern'}]}), 401],
    ['characters that are not seen', own({topics: [{match: 'a\u200b'}]}), 401],
    ['a control character', own({topics: [{match: 'a\n'}]}), 401],
    ['a long one', own({topics: [{match: 'a'.repeat(1025)}]}), 401],
    ['101 of them', own({topics: Array.from({length: 101}, () => ({match: 'a'}))}), 401],
    ['a payload that is no object', own({payload: 'a'}), 401],
    ['one wrong detail among good ones', [...good, own({topics: []})], 401],
    ['a claim that is no list', [[{a: 1}]], 401],
  ]) assert.equal(await of(details), expected, name);
  assert.equal(await status({type: 'payment'}), 401, 'an object in place of the list');
});

test('private updates are for those whose details cover a topic of them', async (t) => {
  const hub = await startMercure(t, settings({anonymous: true}));
  const pattern = (match) => ({match, match_type: 'urlpattern'});
  const book = 'https://example.com/books/1';
  const query = {match_urlpattern: 'https://example.com/books/:id'};
  const readers = {
    name: await hub.subscriber(query, {token: reading([book])}),
    pattern: await hub.subscriber(query, {token: reading([pattern('https://example.com/books/:id')])}),
    alternate: await hub.subscriber(query, {token: reading([pattern('https://example.com/users/42/*')])}),
    everything: await hub.subscriber(query, {token: reading(['*'])}),
  };
  const others = [await hub.subscriber(query), await hub.subscriber(query, {token: reading(['https://example.com/books/2'])}),
    await hub.subscriber(query, {token: accessToken([detail(['publish'], ['*'])])}), await hub.subscriber(query, {token: accessToken([{type: 'payment'}])})];
  const token = publishing([pattern('https://example.com/:rest*')]);
  assert.equal((await hub.publishUpdate({topic: [book, 'https://example.com/users/42/books/1'], data: 'secret', private: 'on'}, {token})).status, 200);
  assert.equal((await hub.publishUpdate({topic: book, data: 'open'}, {token})).status, 200);
  for (const [name, reader] of Object.entries(readers)) {
    await reader.got(2);
    assert.deepEqual(reader.data, ['secret', 'open'], name);
  }
  for (const reader of others) {
    await reader.got(1);
    assert.deepEqual(reader.data, ['open']);
  }
  const later = await hub.subscriber({...query, last_event_id: 'earliest'}, {token: reading(['https://example.com/books/2'])});
  await later.got(1);
  assert.deepEqual(later.data, ['open'], 'the history is checked against the token of now');
  const refused = await hub.publishUpdate({topic: [book, 'https://example.org/a'], data: 'no'}, {token});
  assertProblem(refused, 403, 'topic');
});

test('a stream ends no later than its token, whatever the leeway', async (t) => {
  const hub = await startMercure(t, settings({}, {}, {leeway_seconds: 600}));
  const exp = Math.floor(Date.now() / 1000) + 3;
  const reader = await hub.subscriber({match: 'a'}, {token: reading(['a'], {exp})});
  await reader.over();
  assert.ok(Date.now() < exp * 1000 + 2000, `${Date.now() - exp * 1000} ms after`);
  assert.equal(reader.events.at(-1).event, 'expired');
  await until(() => Date.now() >= exp * 1000, 'the token is over');
  assert.equal((await subscribe(hub, {match: 'a'}, {token: reading(['a'], {exp})})).status, 401);
});

test('the metadata of the hub', async (t) => {
  const hub = await startMercure(t, settings({subscriptions: true}));
  const answer = await hub.nginx.fetch(METADATA);
  assert.equal(answer.status, 200);
  assert.equal(answer.header('content-type'), 'application/json');
  assert.deepEqual(answer.json, {
    resource: HUB,
    authorization_details_types_supported: ['https://mercure.rocks/authorization-detail'],
    bearer_methods_supported: ['header'],
    mercure_matcher_types_supported: ['exact', 'urlpattern'],
    mercure_cookie: '__Secure-mercure_access_token',
    mercure_subscriptions: true,
  });
  assertProblem(await hub.nginx.fetch(METADATA, {method: 'POST'}), 405);
  await hub.restart({mercure: settings({enabled: true}, {audience: 'urn:hub', access_token_cookie: ''}), access: {origins: ['https://app.example.com']}});
  const {headers, json} = await hub.nginx.fetch(METADATA, {headers: {Origin: 'https://app.example.com'}});
  assert.deepEqual([json.resource, json.mercure_cookie, json.mercure_subscriptions], ['urn:hub', undefined, undefined]);
  assert.equal(headers.get('access-control-allow-origin'), 'https://app.example.com');
});

test('a hub that does not know its address or its issuer', async (t) => {
  const hub = await startMercure(t, {anonymous: false});
  assertProblem(await hub.nginx.fetch(METADATA), 404, /mercure\.url/);
  const none = await subscribe(hub, {match: 'a'});
  assert.deepEqual([none.status, challenge(none)], [401, 'Bearer']);
  assertProblem(await subscribe(hub, {match: 'a'}, {token: reading(['a'])}), 401, /mercure\.tokens\.issuer/);
  assert.equal((await subscribe(hub, {topic: 'a'}, {token: subscriberToken(['a'])})).status, 200);
  await hub.restart({mercure: {enabled: true, tokens: {issuer: ISSUER, audience: HUB}}, access: {tokens: {readers: keys(secrets.readers)}}});
  assert.equal((await subscribe(hub, {match: 'a'}, {token: reading(['a'])})).status, 200, 'the keys of access.tokens count with these');
  assert.equal((await hub.ask({topic: 'a'}, {headers: {Authorization: `Bearer ${reading(['a'])}`}}).done()).status, 401, '/events has neither');
});

test('keys of Ed25519, in PEM and in a JWK set', async (t) => {
  const directory = temporaryDirectory(t);
  const {publicKey, privateKey} = crypto.generateKeyPairSync('ed25519');
  const other = crypto.generateKeyPairSync('ed25519');
  const file = (name, text) => {
    fs.writeFileSync(path.join(directory, name), text);
    return path.join(directory, name);
  };
  const pem = file('public.pem', publicKey.export({type: 'spki', format: 'pem'}));
  const set = file('keys.json', JSON.stringify({keys: [{...publicKey.export({format: 'jwk'}), kid: 'k', use: 'sig'}]}));
  const token = (actions, key, header = {}) => {
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [, claims] = accessToken([detail(actions, ['a'])]).split('.');
    const input = `${encode({alg: 'EdDSA', typ: 'at+jwt', ...header})}.${claims}`;
    return `${input}.${crypto.sign(null, Buffer.from(input), key).toString('base64url')}`;
  };
  const hub = await startMercure(t, settings({}, {readers: {keys: [{public_key_file: pem}]}, publishers: {keys: [{jwks_file: set}]}}));
  assert.equal((await subscribe(hub, {match: 'a'}, {token: token(['subscribe'], privateKey)})).status, 200);
  assert.equal((await hub.publishUpdate({topic: 'a'}, {token: token(['publish'], privateKey, {kid: 'k'})})).status, 200);
  assert.equal((await subscribe(hub, {match: 'a'}, {token: token(['subscribe'], other.privateKey)})).status, 401);
  assert.equal((await subscribe(hub, {match: 'a'}, {token: signed({}, publicKey.export({type: 'spki', format: 'pem'}))})).status, 401, 'a public key is no secret');
});

test('active subscriptions', async (t) => {
  const hub = await startMercure(t, settings({subscriptions: true}));
  const below = `${PATH}/subscriptions/:match_type/:match/:subscriber`;
  const watcher = reading([{match: below, match_type: 'urlpattern'}, {match: `${PATH}/subscriptions/:match_type/:match`, match_type: 'urlpattern'}, `${PATH}/subscriptions`]);
  const list = (rest = '', token = watcher) => hub.nginx.fetch(`${PATH}/subscriptions${rest}`, {headers: {Authorization: `Bearer ${token}`}});
  const seen = await hub.subscriber({match_urlpattern: below}, {token: watcher});
  const book = 'https://example.com/books/:id';
  const token = accessToken([
    detail(['publish'], ['*'], {payload: {n: 0}}),
    detail(['subscribe'], ['news'], {payload: {n: 1}}),
    detail(['subscribe'], [{match: 'https://example.com/:rest*', match_type: 'urlpattern'}], {payload: {n: 2}}),
    detail(['subscribe'], ['quiet']),
    detail(['subscribe'], ['*'], {payload: {n: 3}}),
  ]);
  const old = await hub.subscriber({topic: 'in the old version'}, {token: subscriberToken(['*'])});
  const someone = await hub.subscriber({match: ['news', 'quiet', 'other'], match_urlpattern: book, match_exact: 'news'}, {token});
  const about = (active) => (reader) => reader.events.map(({event, data}) => ({event, ...JSON.parse(data)}))
    .filter((each) => each.active === active && !each.match.startsWith(PATH));
  await seen.when((reader) => about(true)(reader).length === 4, 'all subscriptions are told, each once');
  const opened = about(true)(seen);
  const [{subscriber}] = opened;
  const document = (type, match, payload, active = true) => ({
    id: `${PATH}/subscriptions/${type}/${encodeURIComponent(match)}/${encodeURIComponent(subscriber)}`,
    type: 'subscription', match_type: type, match, subscriber, active, ...(payload && {payload}),
  });
  const expected = [document('exact', 'news', {n: 1}), document('exact', 'quiet'), document('exact', 'other', {n: 3}), document('urlpattern', book, {n: 2})];
  assert.deepEqual(opened, expected.map((each) => ({event: 'mercure', ...each})));

  const everything = await list();
  assert.equal(everything.status, 200, everything.text);
  assert.equal(everything.header('content-type'), 'application/json');
  const {id, type, subscriptions} = everything.json;
  assert.deepEqual([id, type, Object.keys(everything.json).length], [`${PATH}/subscriptions`, 'subscriptions', 3]);
  assert.deepEqual(subscriptions.filter((each) => each.subscriber === subscriber), expected);
  assert.ok(subscriptions.every((each) => each.match !== 'in the old version'));
  const [, cursor] = /^<https:\/\/hub\.example\.com\/\.well-known\/mercure>; rel="mercure"; last-event-id="([^"]+)"; type="mercure"; content-type="application\/json"$/
    .exec(everything.header('link'));
  const ofBook = await list(`/urlpattern/${encodeURIComponent(book)}`);
  assert.deepEqual(ofBook.json.subscriptions, expected.slice(3));
  const one = await list(expected[0].id.slice(`${PATH}/subscriptions`.length));
  assert.deepEqual([one.header('content-type'), one.json], ['application/json', expected[0]]);

  someone.leave();
  await seen.when((reader) => about(false)(reader).length === 4, 'their end is told');
  assert.deepEqual(about(false)(seen).map(({event, ...rest}) => rest), expected.map((each) => ({...each, active: false})));
  assertProblem(await list(expected[0].id.slice(`${PATH}/subscriptions`.length)), 404);
  const late = await hub.subscriber({match_urlpattern: below, last_event_id: cursor}, {token: watcher});
  await late.when((reader) => about(false)(reader).length === 4, 'whoever lists first misses nothing');
  const refused = await list('/exact/news', reading(['a']));
  assertProblem(refused, 403);
  assert.equal(challenge(refused), `Bearer error="insufficient_scope", ${where}`);
  for (const rest of ['/other/news/x', '/exact/news/x/y', '/exact/news/x', '/exact//x'])
    assertProblem(await list(rest, reading(['*'])), 404);
  old.leave();
});
