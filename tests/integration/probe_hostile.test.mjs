// `sse-worker probe` and `sse-worker top` against hosts that mean no good: each ends within its time, says what it saw, and takes no more
// memory for it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {test} from 'node:test';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {freePort} from '../lib/port.mjs';
import {assertWrong, probe} from '../lib/probe.mjs';
import {now} from '../lib/wait.mjs';

// A server that answers each connection by `answer(socket)`, once a request has come.
async function startHost(t, answer) {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => answer(socket));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  defer(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/events`;
}

// Writes pieces as long as somebody takes them.
function pour(socket, piece) {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n';
const timeout = ['--timeout', '2'];

// Little time, and an address space that would not hold what is sent.
const bounds = {ms: 6000, kilobytes: 200_000};

// It ends by itself, soon after its time.
async function ends(url, expected, args = timeout) {
  const begun = now();
  const seen = await probe([url, ...args], bounds);
  assert.ok(now() - begun < 20_000);
  assertWrong(seen, expected);
  return seen;
}

test('a host that', {concurrency: true}, async (t) => {
  await t.test('hangs', async (of) => {
    const seen = await ends(await startHost(of, () => {}), {status: [/^no answer within 2\.0 s: it hangs/, /error log/]});
    assert.ok(seen.json.milliseconds < 3500, String(seen.json.milliseconds));
  });
  await t.test('closes at once', async (of) => {
    await ends(await startHost(of, (socket) => socket.end()), {status: [/^the connection broke before an answer/, /error log/]});
  });
  await t.test('does not speak HTTP', async (of) => {
    await ends(await startHost(of, (socket) => socket.end('\x01\x02\x03 hello \x1b[31m\r\n')), {status: [/does not speak HTTP/, /not that of the worker's socket/]});
  });
  await t.test('sends an endless head', async (of) => {
    await ends(await startHost(of, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      pour(socket, `X-Line: ${'x'.repeat(8000)}\r\n`);
    }), {status: [/^the head of the answer does not end within 64 KiB/, /./]});
  });
  await t.test('sends an endless line of a head', async (of) => {
    const seen = await probe([await startHost(of, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-Line: ');
      pour(socket, 'x'.repeat(8000));
    }), ...timeout], bounds);
    assert.equal(seen.rows.status.result, 'wrong');
  });
  await t.test('sends interim answers without end', async (of) => {
    await ends(await startHost(of, (socket) => pour(socket, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')), {status: [/^the head of the answer does not end/, /./]});
  });
  await t.test('sends an endless page', async (of) => {
    await ends(await startHost(of, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n');
      pour(socket, '<p>'.repeat(3000));
    }), {type: [/^text\/html, and more than 256 KiB of it/, /./]});
  });
  await t.test('sends an endless event', async (of) => {
    const seen = await probe([await startHost(of, (socket) => {
      socket.write(`${head}data: `);
      pour(socket, 'x'.repeat(8000));
    }), ...timeout], bounds);
    assert.equal(seen.rows.type.result, 'ok');
    assert.notEqual(seen.rows.events.result, 'ok');
  });
  await t.test('sends a head and nothing else', async (of) => {
    await ends(await startHost(of, (socket) => socket.write(head)), {first_byte: [/nothing of the stream within 2\.0 s: somebody holds it back/, /./]});
  });
  await t.test('expands a little into much', async (of) => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024, 'data: x\n\n'));
    const seen = await probe([await startHost(of, (socket) => {
      socket.write(head.replace('\r\n\r\n', '\r\nContent-Encoding: gzip\r\n\r\n'));
      socket.end(bomb);
    }), ...timeout], bounds);
    assert.equal(seen.rows.compression.result, 'wrong');
  });
  await t.test('writes to the terminal', async (of) => {
    const seen = await probe([await startHost(of, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Type: \x1b]0;x\x07text\r\nServer: nginx\r\n\r\n')), ...timeout], bounds);
    assert.match(seen.rows.type.found, /^\\x1b\]0;x\\x07text: not text\/event-stream/);
  });
  await t.test('leads away to another one: no secret goes there', async (of) => {
    const file = path.join(temporaryDirectory(of), 'headers');
    fs.writeFileSync(file, 'Cookie: session=secret\n');
    const got = [];
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        got.push(String(bytes));
        socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
      });
    });
    await new Promise((done) => server.listen(0, '127.0.0.2', done));
    defer(of, () => server.close());
    const url = await startHost(of, (socket) => socket.end(`HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:${server.address().port}/\r\nContent-Length: 0\r\n\r\n`));
    const seen = await probe([url, '--header-file', file, ...timeout], bounds);
    assert.match(seen.rows.redirects.found, /^1, at each reconnect/);
    assert.ok(got.length > 0);
    assert.ok(got.every((text) => !text.includes('secret')));
  });
});

test('nobody', async (t) => {
  await t.test('listens', async () => {
    await ends(`http://127.0.0.1:${await freePort()}/events`, {connection: [/^refused: /, /does it listen on this port/]});
  });
  await t.test('has the name', async () => {
    await ends('http://nobody.invalid/events', {name: [/^the name (does not resolve|was not resolved)/, /A or AAAA record/]});
  });
});
