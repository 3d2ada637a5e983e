// Links of a page that lead nowhere. Other hosts are not asked.
import fs from 'node:fs';
import path from 'node:path';
import {anchors, links} from './markdown.mjs';

const elsewhere = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;

// `file` is a page below `root`; gives a sentence for each link.
export function brokenLinks(root, file) {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  const why = (target) => {
    const [name, anchor] = target.split('#');
    const to = path.join(root, name ? path.join(path.dirname(file), decodeURIComponent(name)) : file);
    if (path.relative(root, to).startsWith('..')) return 'is outside of the repository';
    if (!fs.existsSync(to)) return 'does not exist';
    if (anchor === undefined) return undefined;
    if (!to.endsWith('.md')) return 'has an anchor, but is no Markdown page';
    return anchors(fs.readFileSync(to, 'utf8')).has(decodeURIComponent(anchor)) ? undefined : 'has no such heading';
  };
  return links(text)
    .filter(({target}) => !elsewhere.test(target))
    .map(({target, line}) => ({target, line, reason: why(target)}))
    .filter(({reason}) => reason)
    .map(({target, line, reason}) => `${file}:${line}: ${target} ${reason}`);
}
