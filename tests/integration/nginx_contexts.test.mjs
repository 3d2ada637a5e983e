// The table of deploy/nginx/README.md: every file is in it, passes `nginx -t` in the context that it names, is refused in every
// other, and is installed where it says.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {run} from '../lib/process.mjs';
import {root} from '../lib/places.mjs';

const shipped = path.join(root, 'deploy/nginx');
const readme = fs.readFileSync(path.join(shipped, 'README.md'), 'utf8');
const rows = [...readme.matchAll(/^\| `([^`]+)` \| (\w+) \| ([^|]+) \|/gm)].map(([, file, context, place]) => ({file, context, place: place.trim()}));
const anywhere = ['sse-worker.params', 'sse-worker.reset.conf', 'sse-worker.headers.conf', 'sse-worker.application.conf']; // nginx takes such directives in every context below main
const beside = ['sse-worker.refusals.conf', 'sse-worker.handover.conf', 'sse-worker.auth-publish.conf', 'sse-worker.mercure.conf']; // they need the locations
const contexts = ['main', 'http', 'server', 'location'];

// Copies that listen on files of this directory and name a certificate in it; for a configuration that is only checked.
function copy(directory) {
  const snippets = path.join(directory, 'snippets');
  fs.cpSync(shipped, snippets, {recursive: true});
  for (const file of fs.readdirSync(snippets)) {
    const name = path.join(snippets, file);
    fs.writeFileSync(name, fs.readFileSync(name, 'utf8')
      .replace(/^.*listen \[::\].*$/gm, '')
      .replace(/listen (80|443)/g, `listen unix:${directory}/$1`)
      .replace(/\/etc\/nginx\/ssl\/events\.example\.org/g, path.join(directory, 'test')));
  }
}

// nginx -t with `lines` in that context, beside everything else that it needs.
async function takes(directory, context, lines, file) {
  const at = (name) => (context === name ? lines : '');
  const upstream = file === 'sse-worker.upstream.conf' ? '' : 'include snippets/sse-worker.upstream.conf;';
  const locations = beside.includes(file) ? 'include snippets/sse-worker.locations.conf;' : '';
  fs.writeFileSync(path.join(directory, 'nginx.conf'), `pid nginx.pid;
${file === 'sse-worker.main.conf' ? '' : 'events { }'}
${at('main')}
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`).join(' ')}
  ${upstream}
  ${at('http')}
  server { listen unix:${directory}/own; ${locations} ${at('server')} location /x { ${at('location')} } }
}
`);
  const {code, stderr} = await run('nginx', ['-t', '-p', directory, '-e', path.join(directory, 'error.log'), '-c', path.join(directory, 'nginx.conf')]);
  return {code, stderr};
}

test('every file has a row', () => {
  assert.deepEqual(rows.map(({file}) => file).sort(), fs.readdirSync(shipped).filter((file) => file !== 'README.md').sort());
});

test('each file belongs into the context that its row names, and into no other', async (t) => {
  const directory = temporaryDirectory(t);
  copy(directory);
  const certificate = await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=events.example.org',
    '-keyout', path.join(directory, 'test.key'), '-out', path.join(directory, 'test.crt')]);
  assert.equal(certificate.code, 0, certificate.stderr);
  for (const {file, context} of rows) {
    assert.ok(contexts.includes(context), context);
    for (const each of contexts) {
      const {code, stderr} = await takes(directory, each, `include snippets/${file};`, file);
      if (each === context) assert.equal(code, 0, `${file} in ${each}: ${stderr}`);
      else if (each === 'main' || !anywhere.includes(file)) assert.notEqual(code, 0, `${file} in ${each} is taken`);
    }
  }
});

test('each file is installed where its row says', () => {
  const script = fs.readFileSync(path.join(root, 'deploy/install.cmake'), 'utf8');
  for (const {file, place} of rows) {
    const [, folder] = new RegExp(`deploy/nginx/${file.replaceAll('.', '\\.')} (/\\S+) `).exec(script) ?? [];
    assert.equal(place, folder ? `\`${folder}/\`` : 'nowhere: a sample', file);
  }
});
