#!/usr/bin/env bash
# @opentelemetry/instrumentation-fetch 0.223.0 and @elastic/apm-rum 5.17.5 (npm) in Chromium 156.0.8078.108 (Debian 12),
# driven by playwright-core 1.61.1, over HTTP/1.1
#
# Both measure how long the requests of a page take, and one expects of a measurement that it changes nothing. To see the end of an answer
# they clone it and read the clone. A stream that was cloned ends only when both copies are cancelled, and the measurement never cancels
# its own: it reads until the server ends. So `reader.cancel()`, and `break` out of `for await (... of response.body)`, which end a
# stream without the measurement, end nothing with it. Six of these take all connections to the host, and the page gets nothing more from
# it. abort() of an AbortController ends both copies; EventSource is not measured. OpenTelemetry had mended this and took the
# mending back, since it made fetch() return something else than a Response.
#
# A page reads one piece of each of six streams and leaves three by cancel() and three by `break`; then it asks for a file. Another page leaves
# its six by abort(). Output seen:
#     nothing installed: streams open after cancel and break: 0, after abort: 0; the file after cancel and break: yes
#     @opentelemetry/instrumentation-fetch: streams open after cancel and break: 6, after abort: 0; the file after cancel and break: no
#     @elastic/apm-rum: streams open after cancel and break: 6, after abort: 0; the file after cancel and break: no
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")

command -v chromium >/dev/null || { echo 'chromium is missing: apt-get install chromium' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact playwright-core@1.61.1 esbuild@0.28.2 @opentelemetry/instrumentation-fetch@0.223.0 \
  @opentelemetry/api@1.9.0 @opentelemetry/sdk-trace-web@2.12.0 @elastic/apm-rum@5.17.5

cat >none.js </dev/null
cat >opentelemetry.js <<'JS'
import {FetchInstrumentation} from '@opentelemetry/instrumentation-fetch';
import {WebTracerProvider} from '@opentelemetry/sdk-trace-web';

const provider = new WebTracerProvider();
provider.register();
const instrumentation = new FetchInstrumentation();
instrumentation.setTracerProvider(provider);
instrumentation.enable();
JS
cat >elastic.js <<'JS'
import {init} from '@elastic/apm-rum';

init({serviceName: 'page', serverUrl: location.origin});
JS
for name in none opentelemetry elastic; do
  npx esbuild "$name.js" --bundle --log-level=error --define:process.env.NODE_ENV='"production"' --outfile="out/$name.js"
done

cat >check.mjs <<'JS'
import {readFileSync} from 'node:fs';
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {chromium} from 'playwright-core';

const open = new Set();
const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://server');
  if (url.pathname === '/events') {
    response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store'});
    const timer = setInterval(() => response.write('data: hi\n\n'), 20);
    open.add(response);
    response.on('close', () => {
      clearInterval(timer);
      open.delete(response);
    });
  } else if (url.pathname === '/') {
    response.writeHead(200, {'Content-Type': 'text/html'});
    response.end(`<!doctype html><link rel="icon" href="data:,"><script src="/${url.searchParams.get('with')}.js"></script>`);
  } else if (url.pathname.endsWith('.js')) {
    response.writeHead(200, {'Content-Type': 'text/javascript'});
    response.end(readFileSync(`out${url.pathname}`));
  } else {
    request.resume();
    response.end('file');
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const address = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});

for (const [name, script] of [
  ['nothing installed', 'none'],
  ['@opentelemetry/instrumentation-fetch', 'opentelemetry'],
  ['@elastic/apm-rum', 'elastic'],
]) {
  const left = {};
  let file;
  for (const way of ['cancel', 'abort']) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${address}?with=${script}`);
    await page.evaluate(async (way) => {
      for (let i = 0; i < 6; i += 1) {
        const control = new AbortController();
        const {body} = await fetch('/events', {signal: control.signal});
        if (way === 'cancel' && i % 2) {
          for await (const piece of body) if (piece) break;
        } else {
          const reader = body.getReader();
          await reader.read();
          if (way === 'abort') control.abort();
          else reader.cancel();
        }
      }
    }, way);
    await pause(1000);
    left[way] = open.size;
    if (way === 'cancel') {
      const asked = page.evaluate(async () => ((await (await fetch('/file')).text()) === 'file' ? 'yes' : 'wrong')).catch(() => 'no');
      file = await Promise.race([asked, pause(2000, 'no')]);
    }
    await context.close();
    for (let i = 0; i < 100 && open.size; i += 1) await pause(50);
  }
  console.log(`${name}: streams open after cancel and break: ${left.cancel}, after abort: ${left.abort}; the file after cancel and break: ${file}`);
}
await browser.close();
process.exit(0);
JS
seen=$(timeout 55 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
