// Names of the configuration and of metrics, as the pages and the shipped configuration have them.

// `section.key` and top-level keys of the shipped configuration, the commented ones among them.
export function keysOf(yaml) {
  const keys = new Set();
  let sections = [];
  for (const [, indent, key] of yaml.matchAll(/^(?:# )?( *)(?:# (?=listen: ))?([a-z_]+):(?: |$)/gm)) {
    sections = [...sections.slice(0, indent.length / 2), key];
    keys.add(sections.join('.'));
  }
  return keys;
}

// The sections, and those from before. Names of files and of tests begin with the same words and end otherwise.
const key = /(?<=[`"(])(?:access\.tokens(?:\.[a-z_]+)?|log|fastcgi|gate|streams|flush|publish|history|store|journal|greeting|stats)\.[a-z_]+(?=[`":=), ])/g;
const file = /\.(?:hpp|cpp|mjs|js|md|db|conf|sh|yaml|test)$/;

// In code, with a value or without. `example` is the key of the recipe in architecture.md.
export function mentionedKeys(page) {
  return new Set((page.match(key) ?? []).filter((name) => !file.test(name) && !name.includes('.example')));
}

// Not nginx's variables. In bounds.md the column of metrics leaves `sse_worker_` out, as the page says.
export function mentionedMetrics(page) {
  const text = page.replace(/^```nginx\n.*?^```/gms, '');
  const found = new Set(text.match(/(?<![$\w])sse_worker_[a-z_]*[a-z]\b(?!\.|" variable)/g));
  if (page.startsWith('# Bounds'))
    for (const [, cell] of page.matchAll(/^(?:\| [^\n|]*){3}\| ([^\n|]*)\| [^\n|]*\|$/gm)) for (const [, name] of cell.matchAll(/`([a-z_]+)[`{]/g)) found.add(`sse_worker_${name}`);
  return found;
}
