// The pages that the tests of this folder read, as paths from the root of the repository.
import fs from 'node:fs';
import path from 'node:path';
import {root} from '../../lib/places.mjs';

const isPage = (name) => name.endsWith('.md');
const pagesIn = (folder) => fs.readdirSync(path.join(root, folder)).filter(isPage).map((name) => path.join(folder, name));
const readmesBelow = (folder) => fs.readdirSync(path.join(root, folder), {recursive: true}).filter((name) => path.basename(name) === 'README.md').map((name) => path.join(folder, name));

export const read = (page) => fs.readFileSync(path.join(root, page), 'utf8');

// What operators and users read; the programs in these are run.
export const pages = [...pagesIn('.'), ...pagesIn('docs')];
// Those of folders, too; of these the links are checked.
export const allPages = [...pages, ...readmesBelow('deploy'), 'www/lib/README.md', 'tests/bench/README.md'];
