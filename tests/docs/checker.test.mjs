// The tests of this folder find what they look for: planted mistakes are reported, and what is right is not.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {createServer} from 'node:http';
import path from 'node:path';
import {once} from 'node:events';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {differences} from './lib/architecture.mjs';
import {brokenLinks} from './lib/broken_links.mjs';
import {anchors, blocks, links, strayMarks} from './lib/markdown.mjs';
import {keysOf, mentionedKeys, mentionedMetrics} from './lib/names.mjs';
import {expected, failure} from './lib/shell.mjs';

const fenced = (info, code) => `\`\`\`${info}\n${code}\n\`\`\`\n`;

test('blocks have their language, name, line and mark', () => {
  const text = `# a\n${fenced('sh', 'one')}\n<!-- not run: it ends the world -->\n${fenced('sh', 'two')}\n${fenced('js page=x', 'three\n# four')}`;
  assert.deepEqual(blocks(text), [
    {language: 'sh', name: '', code: 'one\n', line: 2, reason: undefined},
    {language: 'sh', name: '', code: 'two\n', line: 7, reason: 'it ends the world'},
    {language: 'js', name: 'page=x', code: 'three\n# four\n', line: 11, reason: undefined},
  ]);
});

test('a mark without a reason or without a block is stray', () => {
  assert.deepEqual(strayMarks(`<!-- not run: well -->\n${fenced('sh', 'a')}`), []);
  assert.deepEqual(strayMarks(`<!-- not run: -->\n${fenced('sh', 'a')}`), [1]);
  assert.deepEqual(strayMarks(`a\n<!-- not run: well -->\n\n${fenced('sh', 'a')}`), [2]);
  assert.equal(blocks(`<!-- not run: -->\n${fenced('sh', 'a')}`)[0].reason, undefined);
});

test('links are found in prose, and not in code or comments', () => {
  const text = '[a](x.md#y) ![b](z.png) [`c` [d]](e.md "t") <img src="f.svg">\n`[g](h.md)` <!-- [i](j.md) -->\n' + fenced('', '[k](l.md)');
  assert.deepEqual(links(text).map(({target}) => target), ['x.md#y', 'z.png', 'e.md', 'f.svg']);
});

test('anchors are those of GitHub', () => {
  const text = `# The \`a\` & b: c, d?\n## 中文 标题\n## [x](y.md) z_1\n### Same\n### Same\n${fenced('sh', '# no heading')}<a id="here"></a>`;
  assert.deepEqual([...anchors(text)], ['the-a--b-c-d', '中文-标题', 'x-z_1', 'same', 'same-1', 'here']);
});

test('broken links are reported, each with its line', (t) => {
  const root = temporaryDirectory(t);
  fs.mkdirSync(path.join(root, 'docs'));
  fs.writeFileSync(path.join(root, 'a.md'), '# Top\n[docs](docs) [b](docs/b.md#one) [self](#top) [out](https://example.com/x) [mail](mailto:a@b.c)\n');
  fs.writeFileSync(path.join(root, 'docs/b.md'), '# One\n[up](../a.md) [gone](c.md)\n[wrong](../a.md#nowhere) [far](../../etc/passwd) [own](#two) [anchored](../docs#x)\n');
  assert.deepEqual(brokenLinks(root, 'a.md'), []);
  assert.deepEqual(brokenLinks(root, 'docs/b.md'), [
    'docs/b.md:2: c.md does not exist',
    'docs/b.md:3: ../a.md#nowhere has no such heading',
    'docs/b.md:3: ../../etc/passwd is outside of the repository',
    'docs/b.md:3: #two has no such heading',
    'docs/b.md:3: ../docs#x has an anchor, but is no Markdown page',
  ]);
});

test('what docs/architecture.md has wrong is reported', (t) => {
  const root = temporaryDirectory(t);
  fs.mkdirSync(path.join(root, 'worker/a'), {recursive: true});
  const type = (name, lines) => `class ${name} {\n${' int x;\n'.repeat(lines)}};\n`;
  for (const [name, text] of Object.entries({'one.hpp': type('One', 3), 'one.cpp': '', 'two.hpp': type('Two', 60), 'settings.hpp': ''})) fs.writeFileSync(path.join(root, 'worker/a', name), text);
  const page = (table) => `### \`a/\`\n\n| type | file | role |\n|---|---|---|\n${table}\n## End\n`;
  assert.deepEqual(differences(root, page('| `One` | `one.*` | first |\n| `Two` | `two.hpp` | second |\n')), []);
  assert.deepEqual(differences(root, page('| `Two` | `one.*` | wrong |\n| | `three.*` | gone |\n')), [
    'Two is not in a/one.*',
    'there is no worker/a/three.*',
    'worker/a/two.hpp is in no table',
  ]);
  assert.deepEqual(differences(root, page('| `One` | `one.*`, `two.hpp` | first |\n')), ['Two of worker/a/two.hpp is in no table']);
});

test('keys and metrics are found where pages name them', () => {
  assert.deepEqual([...keysOf('# listen: /x\nloops: 1\nlog:\n  # The level: all.\n  level: info\n  # listen: /y\n')], ['listen', 'loops', 'log', 'log.level', 'log.listen']);
  assert.deepEqual([...mentionedKeys('`log.level`, {key="streams.max"}, `gate.idle_seconds: 3`, `log.hpp`, log.other, `streams.example_seconds`')], ['log.level', 'streams.max', 'gate.idle_seconds']);
  assert.deepEqual([...mentionedMetrics('`sse_worker_gaps_total` $sse_worker_allow `sse_worker_streams{x="y"}`\n```nginx\nzone=sse_worker_zone;\n```\n')], ['sse_worker_gaps_total', 'sse_worker_streams']);
  assert.deepEqual([...mentionedMetrics('# Bounds\n| a | b | `c.d` | `gaps_total`, `closes{reason="x"}` | `e.cpp` |\n')], ['sse_worker_gaps_total', 'sse_worker_closes']);
});

test('what a page says is printed: `…` is anything, and ids have another epoch', () => {
  assert.equal(expected('curl x   # a comment\n# another'), undefined);
  const wanted = expected('curl x   # {"id":"660de4b8b9632-1"}\n# {"error":"line 2: …"}\n# {"id":"…-5"}');
  assert.match('{"id":"aabb-9"}\n{"error":"line 2: no"}\n{"id":"aabb-10"}\n', wanted);
  assert.doesNotMatch('{"id":"aabb-9"}\n{"id":"aabb-10"}\n', wanted);
  assert.doesNotMatch('{"error":"line 2: no"}\n{"id":"aabb-9"}\n{"id":"own"}\n', wanted);
});

test('a block fails with its commands, and streams are bounded', {timeout: 120_000}, async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/refused') return response.writeHead(409).end('closed\n');
    if (request.url === '/refused_stream') return response.writeHead(503).write('no\n');
    if (request.url === '/answer') return response.end('{"id":"aabb-1"}\n');
    return response.writeHead(200).write(': open\n\n') && request.url === '/event' && response.write('data: {"n":1}\n\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.closeAllConnections(); server.close(); });
  const outcome = (code) => {
    const directory = temporaryDirectory(t);
    return failure(code, {port: server.address().port, directory, cwd: directory});
  };

  assert.equal(await outcome('curl http://127.0.0.1:8080/answer    # {"id":"660de4b8b9632-7"}'), undefined);
  assert.equal(await outcome('curl http://127.0.0.1/answer'), undefined);
  assert.match(await outcome('curl http://127.0.0.1:8080/answer    # {"id":"other"}'), /^does not print .*aabb-1/s);
  assert.match(await outcome('curl http://127.0.0.1:8080/refused'), /^ends with 22:\nclosed/);
  assert.match(await outcome('curl http://127.0.0.1:8080/refused | cat; true'), /^ends with 22/);
  assert.match(await outcome('no-such-program'), /^ends with 127/);
  assert.equal(await outcome('curl -N http://127.0.0.1:8080/silent'), undefined);
  assert.equal(await outcome("curl -iN 'http://127.0.0.1:8080/event'   # {\"n\":1}"), undefined);
  assert.equal(await outcome('curl -N http://127.0.0.1:8080/silent &\ncurl http://127.0.0.1:8080/answer'), undefined);
  assert.match(await outcome('curl -N http://127.0.0.1:8080/refused_stream'), /^ends with (1|22)/);
  assert.match(await outcome('curl -N http://127.0.0.1:8080/refused_stream &\ntrue'), /^fails in the background: curl -N http.*503/);
});
