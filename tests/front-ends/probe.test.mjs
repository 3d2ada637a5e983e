// `sse-worker probe` through front ends other than nginx: as they are shipped, and set wrong on purpose. It names the one that is wrong,
// and the line.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {configText} from '../lib/hub.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {assertWrong, probe} from '../lib/probe.mjs';
import {startWorker} from '../lib/worker.mjs';
import {key} from './lib/checks.mjs';
import {startFrontEnd} from './lib/front_end.mjs';

const config = (streams) => configText({streams, publish: {key}});

async function startOpenWorker(t, streams) {
  const worker = await startWorker(t, {config: config(streams)});
  fs.chmodSync(worker.directory, 0o755);
  fs.chmodSync(worker.address, 0o666);
  return worker;
}

// Options: `places`, pairs of texts of the shipped file and what stands in their place; `streams`, settings of the worker; `args` of the
// probe; `chain`, nginx is behind it; `away`, the worker is not there.
async function probeThrough(t, name, {places = [], streams = {}, args = [], chain = false, away = false} = {}) {
  const worker = await startOpenWorker(t, streams);
  const nginx = chain ? await startNginx(t, worker.address) : null;
  const frontEnd = await startFrontEnd(t, name, chain ? nginx.port : worker.address, places);
  const file = path.join(temporaryDirectory(t), 'key');
  fs.writeFileSync(file, key);
  if (away) await worker.stop();
  const publish = chain ? ['--publish', `http://127.0.0.1:${nginx.port}/publish`] : [];
  return probe([`http://127.0.0.1:${frontEnd.port}/events`, '--key-file', file, ...publish, ...args], {ms: 40_000});
}

const wrong = {
  apache: [
    ['what is compressed is held back', {places: [['flushpackets=on ', 'flushpackets=off '], ['SetEnv no-gzip 1', ''], ['SetEnv no-brotli 1', '']]}, {
      first_byte: [/^after 1\d\.\d s/, /flushpackets=on/],
      compression: [/^gzip/, /apache2.*SetEnv no-gzip 1/],
      events: [/^all came together, when the stream ended: Apache holds them back/, /apache2.*flushpackets=on/],
    }],
    ['a silent stream is cut', {places: [['timeout=75', 'timeout=1']], streams: {heartbeat_seconds: 3}, args: ['--idle', '12']}, {
      idle: [/^(cut|ended) after .*: Apache has a limit for silence/, /apache2.*ProxySet flushpackets=on timeout=75/],
      heartbeats: [/^they are due every 3 s, and nothing came for/, /./], // it waits for its KeepAliveTimeout before it ends the connection
    }],
  ],
  haproxy: [
    ['each event waits for a packet to be full', {places: [['option http-no-delay ', '# http-no-delay ']]}, {
      events: [/^each comes up to \d+ ms late: /, /haproxy\.cfg: option http-no-delay/],
    }],
    ['a silent stream is cut', {places: [['timeout server 75s', 'timeout server 1s']], streams: {heartbeat_seconds: 3}, args: ['--idle', '6']}, {
      idle: [/(cut|ended) after .*: a server that does not name itself \(HAProxy\?\) has a limit for silence/, /haproxy\.cfg: timeout server 75s/],
    }],
    ['it answers an error while the worker is away', {away: true, places: [['http-after-response set-status 200 if', '# set-status 200 if']]}, {
      worker: [/^503 from a server that does not name itself/, /haproxy\.cfg: http-after-response set-status 200/],
      status: [/^503/, /./],
    }],
  ],
  caddy: [
    ['what is compressed is held back', {places: [['@worker path', 'encode {\n\t\tgzip\n\t\tminimum_length 1\n\t}\n\t@worker path']]}, {
      first_byte: [/^after 1\d\.\d s/, /Caddyfile/],
      compression: [/^gzip/, /Caddyfile: @page not path \/events/],
      events: [/^all came together, when the stream ended: Caddy holds them back/, /Caddyfile: @page not path \/events/],
    }],
  ],
  lighttpd: [
    ['the answer is held back', {places: [['server.stream-response-body = 1', 'server.stream-response-body = 0']]}, {
      first_byte: [/^after 1\d\.\d s/, /lighttpd/],
      events: [/^all came together, when the stream ended: lighttpd holds them back/, /lighttpd.*server\.stream-response-body = 1/],
    }],
  ],
};

// Most of the time is spent on waiting for what does not come.
test('through', {concurrency: true, timeout: 170_000}, async (through) => {
  const others = Object.entries(wrong).map(([name, cases]) => through.test(name, async (t) => {
    await t.test('as it is shipped', async (of) => {
      const seen = await probeThrough(of, name, {args: ['--idle', '3'], streams: {heartbeat_seconds: 1}});
      assertWrong(seen, {});
      assert.match(seen.rows.events.found, /^4 events, each passed on within/);
    });
    for (const [what, options, expected] of cases) await t.test(what, async (of) => assertWrong(await probeThrough(of, name, options), expected));
  }));
  const varnish = through.test('varnish, nginx', async (t) => {
    await t.test('as it is shipped', async (of) => {
      const seen = await probeThrough(of, 'varnish, nginx', {chain: true});
      assertWrong(seen, {});
      assert.match(seen.rows.version.found, /nginx or Varnish$/);
    });
    await t.test('it waits for the whole answer', async (of) => {
      const places = [['sub vcl_backend_error', 'sub vcl_backend_response { set beresp.do_stream = false; }\nsub vcl_backend_error']];
      const seen = await probeThrough(of, 'varnish, nginx', {chain: true, places});
      assertWrong(seen, {
        first_byte: [/^after 1\d\.\d s/, /varnish/],
        events: [/^all came together, when the stream ended: nginx or Varnish holds them back/, /default\.vcl: .*return \(pass\);/],
      });
    });
  });
  await Promise.all([...others, varnish]);
});
