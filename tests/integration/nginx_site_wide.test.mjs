// What an operator sets for a whole site must not change what the worker's locations answer. Each setting is tried alone,
// and every answer of every location is compared with that of a site without it, byte by byte.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {startNginx} from '../lib/nginx.mjs';

// Lines for the http block. Where a setting chooses types, it chooses all of them.
const settings = {
  'expires 1h': 'expires 1h;',
  gzip: 'gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any; gzip_http_version 1.0;',
  limit_rate: 'limit_rate 1;',
  fastcgi_limit_rate: 'fastcgi_limit_rate 1;',
  error_page: 'error_page 400 401 403 404 405 409 413 429 500 502 503 504 =200 /oops.html; fastcgi_intercept_errors on;',
  recursive_error_pages: 'error_page 400 403 500 502 503 504 /oops.html; recursive_error_pages on;',
  sub_filter: 'sub_filter_types *; sub_filter_once off; sub_filter needle thread; sub_filter topic subject;',
  ssi: 'ssi on; ssi_types *;',
  charset: 'charset koi8-r; source_charset utf-8; charset_types *; override_charset on; charset_map koi8-r utf-8 { C0 D18E; }',
  'additions to the body': 'addition_types *; add_before_body /before; add_after_body /after;',
  etag: 'etag on; if_modified_since before;',
  fastcgi_cache: `fastcgi_cache_path cache keys_zone=pages:1m; fastcgi_cache pages; fastcgi_cache_key $uri; fastcgi_cache_valid any 1h;
    fastcgi_cache_methods GET POST; fastcgi_ignore_headers Cache-Control Expires X-Accel-Expires;`,
  proxy_cache: 'proxy_cache_path cache keys_zone=pages:1m; proxy_cache pages; proxy_cache_valid any 1h; proxy_buffering on;',
  fastcgi_store: 'fastcgi_store store$uri;',
  'buffers, large': 'fastcgi_buffers 16 64k; fastcgi_buffer_size 64k; fastcgi_busy_buffers_size 256k; fastcgi_temp_file_write_size 256k;',
  'buffers, small': `fastcgi_buffers 4 4k; fastcgi_buffer_size 4k; fastcgi_busy_buffers_size 8k; fastcgi_temp_file_write_size 8k;
    fastcgi_max_temp_file_size 8k;`,
  'buffering against X-Accel-Buffering': 'fastcgi_buffering on; fastcgi_ignore_headers X-Accel-Buffering;',
  'requests cut short': 'fastcgi_pass_request_headers off; fastcgi_pass_request_body off; fastcgi_param QUERY_STRING "";',
  'headers hidden': 'fastcgi_hide_header Content-Type; fastcgi_hide_header Cache-Control; fastcgi_hide_header X-Accel-Buffering;',
  fastcgi_force_ranges: 'fastcgi_force_ranges on;',
  fastcgi_next_upstream: 'fastcgi_next_upstream http_403 http_404 http_503 non_idempotent;',
  'no chunks': 'chunked_transfer_encoding off;',
  types: 'types { text/html events publish healthz metrics; } default_type text/html;',
};

const tricky = 'needle <!--#echo var="uri" --> ю';
const allAccepted = {'Accept-Encoding': 'gzip', Range: 'bytes=0-3'};
const json = {'Content-Type': 'application/json'};

// What differs between two answers that say the same: the clock, ids, and how much has been counted so far.
const settled = (text) => text.replace(/[0-9a-f]{13}-\d+/g, 'ID').replace(/[0-9a-f]{13}/g, 'EPOCH');
const counted = (text) => text.replace(/(?<=[ :=])[\d.e+-]+\b/g, 'N').replace(/"le":"[^"]*"|_bucket\{le="[^"]*"\}/g, '');

function shown(answer, plain = settled) {
  const headers = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'content-length').sort();
  return {status: answer.status, headers: Object.fromEntries(headers), body: plain(answer.text)};
}

const requests = {
  'a publish': ['/publish', {method: 'POST', headers: {...json, ...allAccepted}, body: JSON.stringify({topic: 'other', data: tricky})}],
  'a publish that is refused': ['/publish', {method: 'POST', headers: json, body: JSON.stringify({topic: 'needle/*', data: tricky})}],
  'a publish without a body': ['/publish', {method: 'POST', headers: allAccepted}],
  'a publish by GET': ['/publish', {headers: allAccepted}],
  'a publish that nginx refuses': ['/publish', {method: 'POST', headers: {'Content-Length': 9_000_000}}],
  health: ['/healthz', {headers: allAccepted}],
  metrics: ['/metrics', {headers: allAccepted}],
  'a long poll': ['/events?topic=a&poll=0&lastEventId=earliest', {headers: allAccepted}],
  'a stream that is refused': ['/events?topic=a&heartbeat=needle', {headers: allAccepted}],
  'a stream': ['/events?topic=a', {headers: {'Last-Event-ID': 'earliest', ...allAccepted}}],
};

async function answers(nginx) {
  const all = {};
  for (const [what, [where, more]] of Object.entries(requests)) {
    const answer = nginx.http(where, more);
    if (what === 'a stream' && !nginx.away) await answer.events(2);
    else await answer.done();
    answer.leave();
    all[what] = shown(answer, ['/healthz', '/metrics'].includes(where) ? (text) => counted(settled(text)) : settled);
  }
  return all;
}

function same(actual, expected, when) {
  for (const what of Object.keys(requests)) assert.deepEqual(actual[what], expected[what], `${what}${when}`);
}

test('what is set for the whole site leaves every location as it is', {concurrency: 4}, async (t) => {
  // The busiest topics change with what is published here.
  const hub = await startHub(t, {publish: {}, stats: {busiest_topics: 0}});
  for (const data of [tricky, 'second']) await hub.publish({topic: 'a', data});
  const nobody = path.join(temporaryDirectory(t), 'nobody.sock');
  const away = async (site, on = t) => Object.assign(await startNginx(on, nobody, {site}), {away: true});

  await answers(hub.nginx); // so that the first of all requests has been counted
  const expected = await answers(hub.nginx);
  const expectedAway = await answers(await away(''));
  assert.equal(expected['a publish'].status, 200);
  assert.match(expected['a stream'].body, /<!--#echo/);
  assert.equal(expectedAway.health.status, 503);

  await Promise.all(Object.entries(settings).map(([name, site]) => t.test(name, async (t) => {
    same(await answers(await startNginx(t, hub.worker.address, {site})), expected, '');
    same(await answers(await away(site, t)), expectedAway, ', while the worker is away');
  })));
});

const paths = ['/events?topic=a&poll=0', '/publish', '/healthz', '/metrics'];

test('what a site sets to protect itself, and its add_header lines, reach every location', async (t) => {
  const hub = await startHub(t, {});
  const closed = await startNginx(t, hub.worker.address, {site: 'auth_basic closed; auth_basic_user_file /dev/null;'});
  const headed = await startNginx(t, hub.worker.address, {site: 'add_header X-Site yes always;'});
  for (const where of paths) {
    const refused = await closed.fetch(where);
    assert.equal(refused.status, 401, where);
    assert.equal(refused.header('www-authenticate'), 'Basic realm="closed"', where);
    assert.equal(refused.json.status, 401, where);
    assert.equal((await headed.fetch(where)).header('x-site'), 'yes', where);
  }
});
