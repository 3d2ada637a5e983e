// A hub of the Mercure protocol: the worker behind nginx with the shipped file, its tokens, and what its clients do.
import crypto from 'node:crypto';
import {startHub} from './hub.mjs';
import {FORM, encoded} from './publisher.mjs';

export const PATH = '/.well-known/mercure';
export const secrets = {
  readers: 'a secret for subscribers, of 32 bytes or more',
  publishers: 'a secret for publishers, of 32 bytes or more',
};

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

// claims: of the whole token.
export function signed(claims, secret, header = {}) {
  const input = `${part({alg: 'HS256', typ: 'JWT', ...header})}.${part(claims)}`;
  return `${input}.${crypto.createHmac('sha256', secret).update(input).digest('base64url')}`;
}

// Tokens as applications make them: without an end, unless `more` has one.
export const subscriberToken = (subscribe, more = {}) => signed({mercure: {subscribe}, ...more}, secrets.readers);
export const publisherToken = (publish, more = {}) => signed({mercure: {publish}, ...more}, secrets.publishers);

// The hub as tokens of 1.0 name it, and who makes them.
export const HUB = `https://hub.example.com${PATH}`;
export const ISSUER = 'https://issuer.example.com';
export const atHub = {url: HUB};

// A detail of such a token. topics: texts are names; {match, match_type} is as it is.
export const detail = (actions, topics, more = {}) => ({
  type: 'https://mercure.rocks/authorization-detail',
  actions,
  topics: topics.map((topic) => (typeof topic === 'string' ? {match: topic} : topic)),
  ...more,
});

// claims: undefined ones are left out. header: the same.
export function accessToken(details, {secret = secrets.readers, header = {}, ...claims} = {}) {
  const seconds = Math.floor(Date.now() / 1000);
  const all = {iss: ISSUER, aud: HUB, sub: 'alice', client_id: 'app', iat: seconds, exp: seconds + 600, jti: crypto.randomUUID(), authorization_details: details, ...claims};
  return signed(all, secret, {typ: 'at+jwt', ...header});
}

export const bearer = (token) => ({Authorization: `Bearer ${token}`});

const keys = (secret) => ({keys: [{secret, algorithm: 'HS256'}]});

// The settings of such a hub; `mercure` has further keys of that section.
export const mercureSettings = (mercure = {}, more = {}) => ({
  mercure: {
    enabled: true,
    tokens: {readers: keys(secrets.readers), publishers: keys(secrets.publishers)},
    ...mercure,
  },
  ...more,
});

// The hub with `publishUpdate(fields, {token, headers, query})`, which gives the answer, and `subscriber(query, {token, …})`, a
// reader.
export async function startMercure(t, mercure = {}, more = {}, options = {}) {
  const nginx = {...options.nginx, server: `include snippets/sse-worker.mercure.conf; ${options.nginx?.server ?? ''}`};
  const hub = await startHub(t, mercureSettings({anonymous: true, ...mercure}, more), {...options, nginx});
  const everything = publisherToken(['*']);
  return Object.assign(hub, {
    publishUpdate(fields, {token = everything, headers = {}, query = ''} = {}) {
      return hub.nginx.fetch(`${PATH}${query}`, {
        method: 'POST',
        headers: {'Content-Type': FORM, ...(token && bearer(token)), ...headers},
        body: typeof fields === 'string' ? fields : encoded(fields),
      });
    },
    subscriber(query, {token, headers = {}, ...rest} = {}) {
      const all = {...(token && bearer(token)), ...headers};
      return hub.reader(query, {path: PATH, headers: all, ...rest}).opened();
    },
    // As `subscriber`, with the method QUERY and a form.
    queryMercure(form, {query = '', token, headers = {}, ...rest} = {}) {
      const body = typeof form === 'string' ? form : encoded(form);
      const address = typeof query === 'string' ? query : `?${encoded(query)}`;
      const all = {'Content-Type': FORM, 'Content-Length': `${Buffer.byteLength(body)}`, ...(token && bearer(token)), ...headers};
      return hub.nginx.http(`${PATH}${address}`, {method: 'QUERY', headers: all, body, ...rest});
    },
    // The answer as it is on the wire.
    askMercure(query, {token, headers = {}, ...rest} = {}) {
      const text = typeof query === 'string' ? query : encoded(query);
      return hub.nginx.http(`${PATH}?${text}`, {headers: {...(token && bearer(token)), ...headers}, ...rest});
    },
  });
}
