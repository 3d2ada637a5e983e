// A module of the page, for tests without a browser. Node takes a .js file for CommonJS unless a package.json beside it
// says otherwise, and a folder that is served to everybody should hold none. What the module imports comes along.

import {readFile} from 'node:fs/promises';

export const pageModule = async (name) => import(await carried(new URL(`../../www/${name}`, import.meta.url)));

async function carried(url) {
  let source = await readFile(url, 'utf8');
  for (const [whole, path] of source.matchAll(/from '(\.[^']+)'/g)) {
    source = source.replace(whole, `from '${await carried(new URL(path, url))}'`);
  }
  return `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`;
}
