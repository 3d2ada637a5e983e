#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (npm; Node 20)
#
# A server of the Model Context Protocol with an event store answers each POST with an event stream, so that a client that is cut can come
# back for the answer: by a GET with Last-Event-ID. The client comes back when a stream has ended before the answer, and a request can be
# answered by a result or by an error. The client counts only results. After an error, which it has handed to its caller, it comes back a
# second later and asks for what follows; nothing ever does, and the server of the same SDK keeps the stream open for it. So each request that
# was refused (a tool that does not exist, an argument that is wrong) leaves one more stream open until the client is closed. Where
# connections are limited, as six are in a browser, nothing else comes through in the end.
#
# A client calls a tool three times. Streams that are open at the server 4 s later, beside the one that the client opens at its start:
#     answered with results: requests: POST POST POST; open: 0
#     answered with errors: requests: POST POST POST GET GET GET; open: 3
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @modelcontextprotocol/sdk@1.32.2
cat >check.mjs <<'JS'
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {Client} from '@modelcontextprotocol/sdk/client/index.js';
import {StreamableHTTPClientTransport} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {InMemoryEventStore} from '@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js';
import {Server} from '@modelcontextprotocol/sdk/server/index.js';
import {StreamableHTTPServerTransport} from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {CallToolRequestSchema, ErrorCode, McpError} from '@modelcontextprotocol/sdk/types.js';

async function check(what, name) {
  const transport = new StreamableHTTPServerTransport({sessionIdGenerator: () => name, eventStore: new InMemoryEventStore()});
  const tools = new Server({name: 'tools', version: '1.0.0'}, {capabilities: {tools: {}}});
  tools.setRequestHandler(CallToolRequestSchema, async ({params}) => {
    if (params.name === 'missing') throw new McpError(ErrorCode.InvalidParams, 'no such tool');
    return {content: [{type: 'text', text: 'hi'}]};
  });
  await tools.connect(transport);

  const requests = [];
  let open = 0;
  const server = http.createServer((request, response) => {
    requests.push(request.method);
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    transport.handleRequest(request, response);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const client = new Client({name: 'reader', version: '1.0.0'});
  await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${server.address().port}/`)));
  while (!requests.includes('GET')) await pause(50);
  await pause(500);
  requests.length = 0;
  const before = open;
  for (let i = 0; i < 3; i += 1) await client.callTool({name}).catch(() => {});
  await pause(4000);
  console.log(`${what}: requests: ${requests.join(' ')}; open: ${open - before}`);
}
await check('answered with results', 'greet');
await check('answered with errors', 'missing');
process.exit(0);
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
