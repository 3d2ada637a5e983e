#!/usr/bin/env bash
# Chromium 156.0.8078.108 (Debian 12), over HTTP/1.1
#
# A site may name pages that are likely to be visited next (speculation rules), and Chromium prerenders them: it loads them and runs their scripts
# before anybody clicks. Much waits until a page is really shown; one would expect that of a connection which stays open. An EventSource
# does not wait: each prerendered page has its stream at once, for as long as it is kept. So a server has streams of pages that nobody has
# seen, and counts their readers as present. Over HTTP/1.1 six such pages take all six connections of the host: the page in use gets no file
# and no answer of its API, and a click on a link that was not prerendered does nothing. Nothing is logged. A page that opens its stream after
# `prerenderingchange` is cured; a server can tell by the header `Sec-Purpose: prefetch;prerender` of the stream's request. Driven by
# Playwright, Chromium loads such pages and does not run them, so tests do not show it.
#
# A page names six others, each with an EventSource. After 5 s it asks for a file, and after 5 s more it follows a link to a page that it did
# not name. Output seen:
#     as it comes: streams of pages that nobody has seen: 6 (Sec-Purpose: prefetch;prerender); a file: no answer in 5 s; the link: not asked for in 5 s
#     after prerenderingchange: streams of pages that nobody has seen: 0; a file: answered; the link: asked for
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v chromium >/dev/null || { echo 'chromium is missing: apt-get install chromium' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder" 2>/dev/null || { sleep 1; rm -rf "$folder"; }' EXIT
cd "$folder"

cat >check.mjs <<'JS'
import {spawn} from 'node:child_process';
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';

const names = ['/1', '/2', '/3', '/4', '/5', '/6'];
const rules = JSON.stringify({prerender: [{source: 'list', urls: names, eagerness: 'immediate'}]});
const open = "new EventSource('/events')";
const scripts = {
  'as it comes': open,
  'after prerenderingchange': `document.prerendering ? document.addEventListener('prerenderingchange', () => ${open}, {once: true}) : ${open}`,
};
const listen = async (handler) => {
  const server = http.createServer(handler);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return server.address().port;
};

for (const [name, script] of Object.entries(scripts)) {
  const streams = new Set();
  const purposes = new Set();
  const loaded = new Set();
  let file;
  let link = 'not asked for in 5 s';
  // What the page in use says comes by another host: the connections to its own are what is looked at.
  let answered;
  const said = new Promise((done) => { answered = done; });
  const reports = await listen((request, response) => {
    response.end();
    if (request.url.startsWith('/file')) answered(decodeURIComponent(request.url.slice(6)));
  });
  const site = await listen((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    if (request.url === '/events') {
      response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache'});
      response.write('data: hi\n\n');
      streams.add(response);
      purposes.add(request.headers['sec-purpose'] ?? 'none');
      response.on('close', () => streams.delete(response));
    } else if (names.includes(request.url)) {
      loaded.add(request.url);
      response.end(`<!doctype html><title>another page</title><script>${script}</script>`);
    } else if (request.url === '/') {
      response.end(`<!doctype html><title>start</title><script type="speculationrules">${rules}</script><script>
        setTimeout(async () => {
          const said = await fetch('/file', {signal: AbortSignal.timeout(5000)}).then(() => 'answered', () => 'no answer in 5 s');
          new Image().src = 'http://localhost:${reports}/file?' + encodeURIComponent(said);
          setTimeout(() => { location.href = '/link'; }, 500);
        }, 5000);</script>`);
    } else {
      if (request.url === '/link') link = 'asked for';
      response.end('<!doctype html><title>another page</title>');
    }
  });
  const chromium = spawn('/usr/bin/chromium', [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    `--user-data-dir=${process.cwd()}/${name.replaceAll(' ', '-')}`, '--remote-debugging-port=0', `http://localhost:${site}/`,
  ], {stdio: 'ignore', detached: true});
  try {
    file = await Promise.race([said, pause(25000, 'nothing was said')]);
    const seen = `${streams.size}${streams.size > 0 ? ` (Sec-Purpose: ${[...purposes].join(', ')})` : ''}`;
    for (let i = 0; i < 55 && link !== 'asked for'; i += 1) await pause(100);
    const pages = loaded.size === names.length ? '' : ` [only ${loaded.size} pages were prerendered]`;
    console.log(`${name}: streams of pages that nobody has seen: ${seen}; a file: ${file}; the link: ${link}${pages}`);
  } finally {
    process.kill(-chromium.pid);
    await new Promise((done) => { chromium.on('exit', done); setTimeout(done, 3000); });
  }
}
process.exit(0);
JS
seen=$(timeout 58 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
