// A page's script with the packages that it imports in it, as bundlers make it for users.
import fs from 'node:fs';
import path from 'node:path';
import {build} from 'esbuild';
import {temporaryDirectory} from './cleanup.mjs';
import {root} from './places.mjs';

// entry: the script, wherever it is; its packages are those of tests/package.json. Returns the path of the bundle.
export async function bundle(t, entry) {
  const outfile = path.join(temporaryDirectory(t), 'page.js');
  await build({entryPoints: [entry], outfile, bundle: true, minify: true, format: 'esm', jsx: 'automatic', nodePaths: [path.join(root, 'tests/node_modules')], logLevel: 'warning'});
  if (fs.statSync(outfile).size === 0) throw new Error(`${entry}: the bundle is empty`);
  return outfile;
}
