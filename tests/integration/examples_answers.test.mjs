// The backends of deploy/examples that write answers of a model over a publish stream: what readers get of an answer that is
// read again, stopped, or whose backend or worker dies.
import assert from 'node:assert/strict';
import net from 'node:net';
import {test} from 'node:test';
import {blocks} from '../docs/lib/markdown.mjs';
import {read as readPage} from '../docs/lib/pages.mjs';
import {defer} from '../lib/cleanup.mjs';
import {examples, runCommands, startExample} from '../lib/example.mjs';
import {http} from '../lib/http.mjs';
import {run} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';

const programs = {Python: ['python3', 'answer.py'], Node: ['node', 'answer.mjs']};
const question = 'one two three four, ю?';
// Too long to end while a test looks away.
const longQuestion = Array.from({length: 300}, (_, n) => n).join(' ');
const answerTo = (asked) => `You said: ${asked}\nI am no model, so I can only repeat it. `.repeat(5).trimEnd();

async function start(t, program) {
  const {stack, program: backend} = await startExample(t, program, {server: 'answer.conf', page: '/answer/'});
  const post = (where, form) => fetch(`${stack.origin}/answer/${where}`, {method: 'POST', body: new URLSearchParams(form)});
  // The parameters of the stream.
  const ask = async (asked) => {
    const answer = await post('ask', {question: asked});
    assert.equal(answer.status, 200);
    return new URLSearchParams(await answer.text());
  };
  const stop = async (answer) => (await post('stop', {id: answer.get('id')})).status;
  const read = (answer) => http(t, Number(new URL(stack.origin).port), `/answer/stream?${answer}`).head();
  return {stack, backend, ask, stop, read};
}

const events = ({frames}) => frames.filter(({data}) => data !== undefined);
const types = (reader) => events(reader).map(({event}) => event).filter((event) => event !== 'message');
const text = (reader) => events(reader).filter(({event}) => event === 'message').map(({data}) => data).join('');

for (const [language, program] of Object.entries(programs)) {
  test(`${language}: read while it is written, joined later, and read again`, async (t) => {
    const {ask, read} = await start(t, program);
    const answer = await ask(question);
    const first = await read(answer);
    await first.events(3);
    assert.deepEqual(types(first), [], 'it is still written');
    const second = await read(answer);
    await Promise.all([first.done(30_000), second.done(30_000)]);
    const again = await (await read(answer)).done();
    for (const reader of [first, second, again]) {
      assert.equal(text(reader), answerTo(question));
      assert.deepEqual(types(reader), ['close']);
    }
    assert.deepEqual(events(again), events(second).map((event, n) => ({...event, at: events(again)[n].at})));
  });

  test(`${language}: others than its readers know nothing of it`, async (t) => {
    const {stack, ask, read} = await start(t, program);
    const answer = await ask(question);
    await (await read(answer)).events(1);
    const refused = async (where, init) => (await fetch(`${stack.origin}${where}`, init)).status;
    assert.equal(await refused(`/events?topic=answer/${answer.get('id')}`), 401);
    assert.equal(await refused('/answer/stream?id=*'), 404);
    assert.equal(await refused('/answer/stream'), 404);
    assert.equal(await refused('/answer/stop', {method: 'POST', body: new URLSearchParams({id: 'x'})}), 404);
  });

  test(`${language}: stopped`, async (t) => {
    const {ask, stop, read} = await start(t, program);
    const answer = await ask(longQuestion);
    const reader = await read(answer);
    await reader.events(3);
    assert.equal(await stop(answer), 204);
    await reader.done();
    assert.deepEqual(types(reader), ['stopped', 'close'], 'the backend has stopped the model and ended its answer');
    assert.ok(answerTo(longQuestion).startsWith(text(reader)));
    assert.equal(await stop(answer), 409, 'it is over');
  });

  test(`${language}: the backend is killed`, async (t) => {
    const {backend, ask, read} = await start(t, program);
    const reader = await read(await ask(longQuestion));
    await reader.events(3);
    await backend.stop('SIGKILL');
    await until(() => types(reader).length > 0, 'the readers are told');
    assert.deepEqual(types(reader), ['broken']);
    assert.ok(answerTo(longQuestion).startsWith(text(reader)));
  });

  for (const signal of ['SIGKILL', 'SIGTERM']) {
    // The store is the memory: the worker has nothing of the answer when it is back.
    test(`${language}: ${signal} to the worker, and the answer is complete`, async (t) => {
      const {stack, ask, read} = await start(t, program);
      const answer = await ask(question);
      await (await read(answer)).events(5);
      process.kill(stack.workerPid, signal);
      const complete = await until(async () => {
        const reader = await (await read(answer)).done(30_000);
        return types(reader).includes('close') && reader;
      }, 'the answer is complete', 30_000);
      assert.equal(text(complete), answerTo(question));
      assert.deepEqual(types(complete), ['close']);
    });
  }
}

// A program that writes eight pieces, and prints `done`.
const writers = {
  Python: ['python3', '-B', '-c', `import json, time
from publish_stream import publish_stream
def pieces():
    for n in range(8):
        time.sleep(0.05)
        yield json.dumps({"id": f"i{n}", "data": "x"}, separators=(",", ":")) + "\\n"
publish_stream("t", "application/x-ndjson", pieces())
print("done")`],
  Node: ['node', '--input-type=module', '-e', `import {publishStream} from '${examples}/publish_stream.mjs';
async function* pieces() {
  for (let n = 0; n < 8; ++n) {
    await new Promise((done) => setTimeout(done, 50));
    yield JSON.stringify({id: 'i' + n, data: 'x'}) + '\\n';
  }
}
await publishStream('t', 'application/x-ndjson', pieces());
console.log('done');`],
};

// Answers each line but the third of the first request, to which it does `third(socket)`. Gives the ids that each request brought.
async function startAnswering(t, third) {
  const requests = [];
  const server = net.createServer((socket) => {
    const ids = [];
    requests.push(ids);
    const first = requests.length === 1;
    const chunk = (line) => socket.write(`${line.length.toString(16)}\r\n${line}\r\n`);
    let rest = '';
    let begun = false;
    socket.on('error', () => {}).on('data', (bytes) => {
      rest += bytes;
      if (!rest.includes('\r\n\r\n') && !begun) return;
      if (!begun) socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n');
      begun = true;
      for (let line; (line = /\{"id":"(\w+)".*\n/.exec(rest)); rest = rest.slice(line.index + line[0].length)) {
        ids.push(line[1]);
        if (first && ids.length === 3) return third(socket, chunk);
        chunk(`{"id":"${line[1]}"}\n`);
      }
      if (rest.endsWith('0\r\n\r\n')) socket.write('0\r\n\r\n');
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  defer(t, () => server.close());
  return {requests, origin: `http://127.0.0.1:${server.address().port}`};
}

const breaks = {
  'is reset': (socket) => socket.resetAndDestroy(),
  'ends within a line': (socket) => { socket.end('30\r\n{"id":"i'); },
  'ends properly': (socket) => { socket.end('0\r\n\r\n'); },
  'says that the store is away': (socket, chunk) => { chunk('{"error":"line 3: away","retry":true}\n'); },
};
for (const [language, [command, ...args]] of Object.entries(writers)) {
  for (const [what, third] of Object.entries(breaks)) {
    test(`${language}: a connection that ${what}, and all is sent again in its order`, async (t) => {
      const {requests, origin} = await startAnswering(t, third);
      const {stdout, stderr} = await run(command, args, {cwd: examples, env: {...process.env, EVENTS: origin}, ms: 20_000});
      assert.equal(stdout, 'done\n', stderr);
      assert.equal(requests.length, 2);
      assert.deepEqual(requests[1], Array.from({length: 8}, (_, n) => `i${n}`));
    });
  }
}

test('the commands of docs/answers.md', async (t) => {
  const {code} = blocks(readPage('docs/answers.md')).find(({name}) => name === 'example=answer');
  await runCommands(t, code, {server: 'answer.conf', shows: '^event: stopped'});
});
