// What the tests of the pages read out of Markdown: fenced blocks, links, and the anchors of headings as GitHub makes them.

const fence = /^(`{3,})([^\n]*)\n(.*?)^\1$/gms;
const notRun = /<!-- not run: (\S.*?) -->\n$/;
// A name, a title in quotes, brackets within the text: nothing else occurs in these pages.
const link = /!?\[(?:[^[\]]|\[[^\]]*\])*\]\(([^)\s]+)(?:\s+"[^"]*")?\)|<(?:a|img)\b[^>]*?\b(?:href|src)="([^"]+)"/g;

const lineOf = (text, index) => text.slice(0, index).split('\n').length;
// What is in code is no link; it is overwritten, so that lines stay where they are.
const blank = (text) => text.replace(/[^\n]/g, ' ');
const prose = (text) => text.replace(fence, blank).replace(/<!--.*?-->/gs, blank).replace(/(`+)(?!`).+?(?<!`)\1(?!`)/gs, blank);

// {language, name, code, line, reason}: `name` is the rest of the info string, `reason` why a block is not run.
export function blocks(text) {
  return [...text.matchAll(fence)].map((found) => {
    const [language, ...name] = found[2].trim().split(/\s+/);
    return {language, name: name.join(' '), code: found[3], line: lineOf(text, found.index), reason: notRun.exec(text.slice(0, found.index))?.[1]};
  });
}

// Marks that belong to no block: a block that was removed, or a line between the mark and its block.
export function strayMarks(text) {
  const marks = [...text.matchAll(/^<!-- not run\b.*$/gm)];
  return marks.filter(({0: mark, index}) => !/^<!-- not run: \S.* -->\n```/.test(text.slice(index, index + mark.length + 4))).map(({index}) => lineOf(text, index));
}

export function links(text) {
  return [...prose(text).matchAll(link)].map((found) => ({target: found[1] ?? found[2], line: lineOf(text, found.index)}));
}

// The text of a heading without its markup, lower case; letters of any script, digits, `_` and `-` stay.
const slug = (heading) =>
  heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');

export function anchors(text) {
  const found = new Set();
  for (const [, heading] of text.replace(fence, blank).matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)) {
    const first = slug(heading);
    let anchor = first;
    for (let n = 1; found.has(anchor); ++n) anchor = `${first}-${n}`;
    found.add(anchor);
  }
  for (const [, id] of text.matchAll(/<a (?:id|name)="([^"]+)">/g)) found.add(id);
  return found;
}
