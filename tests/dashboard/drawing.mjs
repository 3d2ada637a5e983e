// The dashboard of deploy/grafana as a picture: where its panels are, and what its queries found, drawn in SVG. It is no picture of
// Grafana, which draws the same panels with more decoration.
const column = 50; // of 24
const row = 26;
const gap = 8;
const colours = ['#73bf69', '#f2cc0c', '#5794f2', '#ff780a', '#f2495c', '#b877d9', '#8ab8ff', '#ffb357', '#96d98d', '#c4162a'];
const named = {green: '#73bf69', orange: '#ff9830', red: '#f2495c'};

const escaped = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const text = (x, y, content, more = '') => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(content)}</text>`;
const cut = (content, length) => (content.length > length ? `${content.slice(0, length - 1)}…` : content);

const scaled = (value, step, units) => {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log(Math.max(value, 1)) / Math.log(step))));
  return `${Number((value / step ** power).toPrecision(3))}${units[power]}`;
};
const seconds = (value) => {
  if (value >= 60) return `${Number((value / 60).toPrecision(3))} min`;
  const [factor, unit] = value >= 1 || value === 0 ? [1, 's'] : value >= 1e-3 ? [1e3, 'ms'] : [1e6, 'µs'];
  return `${Number((value * factor).toPrecision(3))} ${unit}`;
};
// A value in the units that the dashboard uses; another unit is a mistake in it.
export function shown(value, unit) {
  switch (unit) {
    case 'short': return scaled(value, 1000, ['', ' K', ' Mil', ' Bil']);
    case 'cps': return `${scaled(value, 1000, ['', ' K', ' Mil', ' Bil'])} c/s`;
    case 'bytes': return scaled(value, 1024, [' B', ' KiB', ' MiB', ' GiB']);
    case 'Bps': return scaled(value, 1000, [' B/s', ' kB/s', ' MB/s', ' GB/s']);
    case 's': return seconds(value);
    default: throw new Error(`the picture does not know the unit ${unit}`);
  }
}

// The least of 1, 2 and 5 times a power of ten that is not below.
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find((step) => step * power >= value * 0.999_999) * power;
}

function stat({fieldConfig: {defaults}}, [line], {x, y, w, h}) {
  const value = line?.points.at(-1)?.[1];
  const mapped = defaults.mappings.find(({type}) => type === 'value')?.options[value]?.text;
  const colour = defaults.thresholds.steps.findLast((step) => step.value === null || value >= step.value)?.color;
  const content = value === undefined ? 'No data' : mapped ?? shown(value, defaults.unit);
  return [text(x + w / 2, y + h / 2 + 20, content, `text-anchor="middle" font-size="26" font-weight="bold" fill="${named[colour] ?? '#ccc'}"`)];
}

function legend(lines, {x, y, w, h}) {
  const parts = [];
  let at = x + 12;
  for (const [n, {name}] of lines.entries()) {
    const label = cut(name, 24);
    const width = 24 + label.length * 6;
    if (at + width > x + w && n > 0) {
      parts.push(text(at, y + h - 10, '…', 'fill="#aaa"'));
      break;
    }
    parts.push(`<rect x="${at}" y="${y + h - 15}" width="10" height="3" fill="${colours[n % colours.length]}"/>`, text(at + 14, y + h - 10, label, 'fill="#ccc"'));
    at += width;
  }
  return parts;
}

function timeseries({fieldConfig: {defaults}}, lines, box, [from, to]) {
  const {x, y, w, h} = box;
  const [left, right, top, bottom] = [x + 74, x + w - 12, y + 34, y + h - 42];
  const most = roundUp(Math.max(0, ...lines.flatMap(({points}) => points.map(([, value]) => value))) || 1);
  const across = (second) => left + ((second - from) / (to - from)) * (right - left);
  const up = (value) => bottom - (value / most) * (bottom - top);
  const parts = [0, 0.5, 1].flatMap((share) => [
    `<line x1="${left}" x2="${right}" y1="${up(most * share)}" y2="${up(most * share)}" stroke="#2c3235"/>`,
    text(left - 6, up(most * share) + 4, shown(most * share, defaults.unit), 'text-anchor="end" fill="#aaa"')]);
  for (const [n, {points}] of lines.entries()) {
    const path = points.map(([second, value]) => `${across(second).toFixed(1)},${up(value).toFixed(1)}`).join(' ');
    parts.push(`<polyline points="${path}" fill="none" stroke="${colours[n % colours.length]}" stroke-width="1.5"/>`);
  }
  const minutes = Math.round((to - from) / 60);
  parts.push(text(left, bottom + 14, `−${minutes} min`, 'fill="#888"'), text(right, bottom + 14, 'now', 'text-anchor="end" fill="#888"'));
  if (lines.length === 0) parts.push(text(x + w / 2, y + h / 2, 'No data', 'text-anchor="middle" fill="#888"'));
  return [...parts, ...legend(lines, box)];
}

// found: of a panel's id, its lines: [{name, points: [[second, value], …]}]; span: [from, to] in seconds. Returns the SVG.
export function draw({title, panels}, found, span) {
  const parts = [];
  for (const each of panels) {
    const {gridPos: at} = each;
    const box = {x: at.x * column + gap / 2, y: at.y * row + gap / 2, w: at.w * column - gap, h: at.h * row - gap};
    if (each.type === 'row') {
      parts.push(text(box.x + 6, box.y + 14, `▾ ${each.title}`, 'font-size="13" font-weight="bold" fill="#ddd"'));
      continue;
    }
    const lines = found.get(each.id) ?? [];
    parts.push(`<rect x="${box.x}" y="${box.y}" width="${box.w}" height="${box.h}" rx="3" fill="#181b1f" stroke="#2c3235"/>`,
      text(box.x + 12, box.y + 19, each.title, 'font-weight="bold" fill="#ddd"'),
      ...(each.type === 'stat' ? stat(each, lines, box) : timeseries(each, lines, box, span)));
  }
  const height = Math.max(...panels.map(({gridPos: {y, h}}) => y + h)) * row + gap;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${24 * column} ${height}" font-family="sans-serif" font-size="11">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#111217"/>
${parts.join('\n')}
</svg>
`;
}
