// Publish streams as a shell has them: curl, whose standard input is the body, over each protocol that it speaks.
import assert from 'node:assert/strict';
import http from 'node:http';
import {once} from 'node:events';
import {test} from 'node:test';
import {makeCertificate} from '../bench/certificate.mjs';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {freePort} from '../lib/port.mjs';
import {Process, run} from '../lib/process.mjs';
import {hasReceived, received, startStreamHub, stored} from '../lib/publish_stream.mjs';
import {until} from '../lib/wait.mjs';

// A hub that also has TLS, and the address and arguments for each protocol.
async function start(t) {
  const {key, certificate} = makeCertificate(temporaryDirectory(t));
  const tls = await freePort();
  const site = `server { listen 127.0.0.1:${tls} ssl http2; ssl_certificate ${certificate}; ssl_certificate_key ${key}; include snippets/sse-worker.locations.conf; }`;
  const hub = await startStreamHub(t, {}, {nginx: {site}});
  const protocols = {
    'HTTP/1.1': {origin: `http://127.0.0.1:${hub.port}`, args: []},
    'HTTP/1.1 with TLS': {origin: `https://localhost:${tls}`, args: ['-k', '--http1.1']},
    'HTTP/2': {origin: `http://127.0.0.1:${hub.http2Port}`, args: ['--http2-prior-knowledge']},
    'HTTP/2 with TLS': {origin: `https://localhost:${tls}`, args: ['-k', '--http2']},
  };
  return {hub, protocols};
}

// A curl that publishes what the test writes to its standard input.
function publisher(t, {origin, args}, query, ...more) {
  const child = new Process('curl', ['--no-progress-meter', '-N', ...args, ...more, `${origin}/publish?${query}`], {stdio: ['pipe', 'pipe', 'pipe']});
  child.stdin.on('error', () => {});
  defer(t, async () => {
    if (!child.exit) child.kill('SIGKILL');
    await child.exited();
  });
  return child;
}

const ndjson = ['-H', 'Content-Type: application/x-ndjson'];

test('curl', async (t) => {
  const {hub, protocols} = await start(t);

  for (const [name, protocol] of Object.entries(protocols)) {
    await t.test(`${name}: -T . publishes each line at once, and prints the answers meanwhile`, async (of) => {
      const topic = `dot/${name}`;
      const reader = await hub.read({topic}, {t: of});
      const curl = publisher(of, protocol, `topic=${encodeURIComponent(topic)}&close=1`, '-T', '.', ...ndjson);
      curl.stdin.write('{"data":"Hel"}\n');
      await reader.got(1);
      await curl.says('stdout', /^\{"id":"[^"]+"\}\n$/);
      curl.stdin.write('{"data":"lo"}\n');
      await reader.got(2);
      await curl.says('stdout', /^(\{"id":"[^"]+"\}\n){2}$/);
      curl.stdin.end();
      assert.deepEqual(await curl.exited(), {code: 0, signal: null}, curl.stderr);
      await reader.when(() => reader.closed, 'the topic is closed');
      assert.equal(curl.stdout, reader.events.map(({id}) => `{"id":"${id}"}\n`).join(''));
    });

    await t.test(`${name}: -T - publishes each line at once; the answers are there at the end`, async (of) => {
      const topic = `dash/${name}`;
      const reader = await hub.read({topic}, {t: of});
      const curl = publisher(of, protocol, `topic=${encodeURIComponent(topic)}`, '-T', '-', ...ndjson);
      for (let n = 1; n <= 3; ++n) {
        curl.stdin.write(`{"data":"${n}"}\n`);
        await reader.got(n);
      }
      curl.stdin.end('bad\n');
      assert.deepEqual(await curl.exited(), {code: 0, signal: null}, curl.stderr);
      assert.match(curl.stdout, /^(\{"id":"[^"]+"\}\n){3}\{"error":"line 4: JSON: .*"\}\n$/);
    });

    await t.test(`${name}: a curl that is killed`, async (of) => {
      const topic = `killed/${name}`;
      const reader = await hub.read({topic}, {t: of});
      const curl = publisher(of, protocol, `topic=${encodeURIComponent(topic)}&close=1&abort=died`, '-T', '.', ...ndjson);
      curl.stdin.write('{"data":"one"}\n');
      await reader.got(1);
      curl.kill('SIGKILL');
      await reader.got(2);
      assert.deepEqual(reader.events.map(({event, data}) => [event, data]), [['message', 'one'], ['died', '{"reason":"disconnected"}']]);
    });

    await t.test(`${name}: -d @file, which has a length`, async (of) => {
      const topic = `file/${name}`;
      const curl = publisher(of, protocol, `topic=${encodeURIComponent(topic)}`, '--data-binary', '@-', '-H', 'Content-Type: text/plain');
      curl.stdin.end('one\ntwo');
      assert.deepEqual(await curl.exited(), {code: 0, signal: null}, curl.stderr);
      assert.match(curl.stdout, /^\{"stored":2,"rejected":0,"last":"[^"]+"\}\n$/);
      assert.deepEqual((await stored(hub, topic)).map(({data}) => data), ['one', 'two']);
    });

    await t.test(`${name}: the event stream of another server, which ends or breaks off`, async (of) => {
      let answer = null;
      const model = http.createServer((request, response) => {
        answer = response;
        response.writeHead(200, {'Content-Type': 'text/event-stream'}).flushHeaders();
      }).listen(0, '127.0.0.1');
      defer(of, () => {
        model.closeAllConnections();
        model.close();
      });
      await once(model, 'listening');
      for (const how of ['ends', 'breaks']) {
        const topic = `model/${name}/${how}`;
        answer = null;
        const reader = await hub.read({topic}, {t: of});
        const command = `curl -sN http://127.0.0.1:${model.address().port}/ | curl --no-progress-meter -N ${protocol.args.join(' ')} -T . '${protocol.origin}/publish?topic=${encodeURIComponent(topic)}&ids=none&close=1&abort=died'`;
        const piped = new Process('bash', ['-o', 'pipefail', '-c', command]);
        defer(of, async () => {
          if (!piped.exit) piped.kill('SIGTERM');
          await piped.exited();
        });
        await until(() => answer, 'the model is asked');
        answer.write(': a comment\n\nevent: token\nid: 1\ndata: Hel\n\nda');
        await reader.got(1);
        answer.write('ta: lo\n\n');
        await reader.got(2);
        const before = await received(hub);
        answer.write('data: half');
        await hasReceived(hub, before, 10);
        if (how === 'ends') answer.end('\n\n');
        else answer.socket.destroy();
        await piped.exited();
        await reader.got(3);
        const last = how === 'ends' ? ['message', 'half'] : ['died', '{"reason":"disconnected"}'];
        assert.deepEqual(reader.events.map(({event, data}) => [event, data]), [['token', 'Hel'], ['message', 'lo'], last]);
        if (how === 'ends') await reader.when(() => reader.closed, 'the topic is closed');
        else assert.ok(!reader.closed);
      }
    });
  }

  await t.test('both protocols are the ones that are asked for', async () => {
    for (const [name, {origin, args}] of Object.entries(protocols)) {
      const {stdout} = await run('curl', ['-s', ...args, '-o', '/dev/null', '-w', '%{http_version}', '-T', '/dev/null', `${origin}/publish?topic=a`]);
      assert.equal(stdout, name.startsWith('HTTP/2') ? '2' : '1.1');
    }
  });
});
