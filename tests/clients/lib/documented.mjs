// The programs of docs/clients.md. A block whose fence names a package (```js node=undici) is a program; what a reader of
// the page would put in by hand, address and topic, is put in here.
import fs from 'node:fs';
import path from 'node:path';
import {root} from '../../lib/places.mjs';

const page = fs.readFileSync(path.join(root, 'docs/clients.md'), 'utf8');

// {language, place, name, code} of each block. `place` is where it runs: node, page, run (a script), part (belongs to
// the scripts of the same language).
function* blocks() {
  for (const [, language, place, names, code] of page.matchAll(
    /^```(\w+) (node|page|run|part)(?:=(\S+))?\n(.*?)^```$/gms,
  )) {
    for (const name of (names ?? '').split(',')) yield {language, place, name, code};
  }
}

// Programs without a package.
const own = new Map([
  ['browser', 'Browser'],
  ['watched', 'Browser, noticing dead connections'],
]);

const installed = (name) =>
  JSON.parse(fs.readFileSync(path.join(root, 'tests/node_modules', name, 'package.json'), 'utf8'));

// As the table names it: the package without its scope or alias, and the version that is installed.
function title({place, name}) {
  if (place === 'run') return name;
  if (own.has(name)) return own.get(name);
  const {name: full, version} = installed(name);
  return `${full.split('/').at(-1)} ${version}`;
}

// A client of the page: `program(origin, topic)` is its code for that server and topic.
export function clients() {
  const all = [...blocks()];
  return all
    .filter(({place}) => place !== 'part')
    .map((block) => {
      const parts = all.filter(({place, language}) => place === 'part' && language === block.language);
      const code = [...parts, block].map((each) => each.code).join('\n');
      return {...block, title: title(block), program: (origin, topic) => placed(code, block, origin, topic)};
    });
}

function placed(code, {place, name}, origin, topic) {
  const alias = name.replace(/-\d+$/, '');
  const text = code.replaceAll('http://127.0.0.1:8080', origin).replaceAll('topic=orders', `topic=${topic}`);
  return place === 'node' && alias !== name ? text.replace(`from '${alias}'`, `from '${name}'`) : text;
}

// The table `What each client does`: {client: {column: text}}. A name without a version there stands for any.
export function table() {
  const rows = /^\| client \|.*?\n\n/ms.exec(page)[0].trim().split('\n');
  const [head, , ...body] = rows.map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));
  return body.map(([client, ...cells]) => ({
    client,
    ...Object.fromEntries(cells.map((cell, n) => [head[n + 1], cell])),
  }));
}
