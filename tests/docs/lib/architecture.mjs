// docs/architecture.md beside the tree: the tables of the rooms name files that exist, the types are in them, and nothing of
// size is missing.
import fs from 'node:fs';
import path from 'node:path';

const linesMax = 50;
const definition = /^(?:class|struct) (\w+)(?: final)?(?: :[^;{]*)? ?\{\n.*?^\}/gms;
const code = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text);
const isSource = (name) => /\.[ch]pp$/.test(name);

function sources(root) {
  return fs.readdirSync(path.join(root, 'worker'), {recursive: true}).filter(isSource).filter((name) => !/^(?:\w+_)?main\.cpp$/.test(name));
}

// [{types, files}] of each row; a file is a path below worker/, with `*` for .hpp and .cpp.
export function rows(page) {
  return [...page.matchAll(/^### `([^\n]*)\n(.*?)(?=^##)/gms)].flatMap(([, heading, section]) => {
    const rooms = code(`\`${heading}`);
    const room = rooms.length === 1 ? rooms[0] : '';
    return [...section.matchAll(/^\| ([^|]*)\| ([^|]*)\| [^|]*\|$/gm)]
      .map(([, types, files]) => ({types: code(types), files: code(files).map((file) => room + file)}))
      .filter(({files}) => files.length > 0);
  });
}

// Sentences about what the page has wrong.
export function differences(root, page) {
  const all = sources(root);
  const text = (file) => fs.readFileSync(path.join(root, 'worker', file), 'utf8');
  const matching = (file) => all.filter((each) => (file.endsWith('.*') ? each.replace(/\.[ch]pp$/, '.*') === file : each === file));
  const table = rows(page);
  const named = new Set(table.flatMap(({files}) => files.flatMap(matching)));
  const wrong = [];
  for (const {types, files} of table) {
    for (const file of files) if (matching(file).length === 0) wrong.push(`there is no worker/${file}`);
    const texts = files.flatMap(matching).map(text).join('\n');
    for (const type of types) if (!new RegExp(`\\b(?:class|struct|using) ${type}\\b`).test(texts)) wrong.push(`${type} is not in ${files.join(', ')}`);
  }
  const types = new Set(table.flatMap((row) => row.types));
  for (const file of all) {
    if (!named.has(file) && !/(?:^|\/)(?:settings|metrics)\.[ch]pp$/.test(file)) wrong.push(`worker/${file} is in no table`);
    for (const [body, type] of text(file).matchAll(definition))
      if (body.split('\n').length > linesMax && !types.has(type)) wrong.push(`${type} of worker/${file} is in no table`);
  }
  return wrong;
}
