// A module of the page, for tests without a browser. Node takes a .js file for CommonJS unless a package.json beside it
// says otherwise, and a folder that is served to everybody should hold none. Works for modules that import nothing.

import { readFile } from 'node:fs/promises';

export async function pageModule(name) {
  const source = await readFile(new URL(`../../www/${name}`, import.meta.url), 'base64');
  return import(`data:text/javascript;base64,${source}`);
}
