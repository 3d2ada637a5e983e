// Runs a client of docs/clients.md: as a process of its own, so that what it throws harms nobody else, or in a page.
// The result is the same for both: `lines` is what it has printed, `ended` whether its program is over.
import fs from 'node:fs';
import path from 'node:path';
import {spawn} from 'node:child_process';
import {launch} from '../../browser/chromium.js';
import {defer} from '../../lib/cleanup.mjs';
import {root} from '../../lib/places.mjs';

const modules = path.join(root, 'tests/node_modules');

const commands = {
  js: (file) => ['node', [file], '.mjs'],
  python: (file) => ['/usr/bin/python3', [file], '.py'],
  bash: (file) => ['bash', [file], '.sh'],
};

// The program lies where its imports are found: in a folder that has the node_modules of the tests.
export function startProcess(t, {language, title}, code, directory) {
  const link = path.join(directory, 'node_modules');
  if (!fs.existsSync(link)) fs.symlinkSync(modules, link);
  const base = path.join(directory, `client-${title.replaceAll(' ', '-')}`);
  const [command, args, ending] = commands[language](base);
  fs.writeFileSync(base + ending, code);
  const client = {lines: [], errors: '', ended: false, code: null};
  // A group of its own: a shell has children that must end with it.
  const child = spawn(command, args.map((arg) => arg + ending), {detached: true});
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    client.lines.push(...lines);
  });
  child.stderr.setEncoding('utf8').on('data', (text) => (client.errors += text));
  child.on('close', (status) => Object.assign(client, {ended: true, code: status}));
  client.stop = () => {
    if (client.ended) return;
    process.kill(-child.pid, 'SIGKILL');
  };
  defer(t, client.stop);
  return client;
}

// Files of a package that a page loads as they are, and modules that it imports by name.
const scripts = {
  'event-source-polyfill': ['event-source-polyfill/src/eventsource.js'],
  'htmx-ext-sse': ['htmx.org/dist/htmx.js', 'htmx-ext-sse/sse.js'],
};
const imports = {
  'reconnecting-eventsource': '/npm/reconnecting-eventsource/build/esm/reconnecting-eventsource.js',
  '@microsoft/fetch-event-source': '/npm/@microsoft/fetch-event-source/lib/esm/index.js',
  'react-native-sse': '/npm/react-native-sse/src/EventSource.js',
  'sse.js': '/npm/sse.js/lib/sse.js',
};

// htmx puts data into the page; here each is printed as well.
const printSwaps = `document.addEventListener('htmx:sseMessage', ({detail}) => console.log(detail.data));`;

const html = ({language, name}, code) => `<!doctype html><meta charset="utf-8"><title>${name}</title>
<script type="importmap">${JSON.stringify({imports})}</script>
${(scripts[name] ?? []).map((file) => `<script src="/npm/${file}"></script>`).join('\n')}
<script>${printSwaps}</script>
${language === 'html' ? code : `<script type="module">\n${code}</script>`}`;

export async function startBrowser(t) {
  const browser = await launch();
  defer(t, () => browser.close());
  return browser;
}

// Pages end when they are closed; whether their program is over shows in what they ask for.
export async function startPage(t, block, code, origin, browser) {
  const client = {lines: [], errors: '', ended: false, code: 0};
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'log') client.lines.push(message.text());
    else client.errors += `${message.text()}\n`;
  });
  page.on('pageerror', (error) => (client.errors += `${error}\n`));
  await page.route('**/page', (route) => route.fulfill({contentType: 'text/html', body: html(block, code)}));
  await page.route('**/npm/**', (route) => {
    const file = path.join(modules, new URL(route.request().url()).pathname.slice('/npm/'.length));
    const body = fs.readFileSync(fs.existsSync(file) ? file : `${file}.js`, 'utf8');
    return route.fulfill({contentType: 'text/javascript', body});
  });
  client.stop = () => context.close();
  await page.goto(`${origin}/page`);
  return client;
}
