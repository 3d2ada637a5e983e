// Charts as SVG, by hand: bars side by side, and curves over a number of streams.
const width = 760;
const colours = ['#0b6e4f', '#c8553d', '#7a9e7e', '#d9a08b', '#3d5a80', '#98a6b8'];
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const text = (x, y, content, more = '') => `<text x="${x}" y="${y}" ${more}>${escaped(content)}</text>`;
const page = (height, parts) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
const short = (value) => (value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(2));

// `groups`: { title, logarithmic, bars: [{ title, value }] }, one below the other.
export function bars(groups) {
  const left = 200;
  const parts = [];
  let y = 0;
  for (const group of groups) {
    const known = group.bars.filter(({value}) => Number.isFinite(value) && value > 0);
    const most = Math.max(...known.map(({value}) => value));
    const least = Math.min(...known.map(({value}) => value));
    // A logarithmic bar begins a third of a decade below the shortest.
    const scale = group.logarithmic
      ? (value) => Math.log((value / least) * 2) / Math.log((most / least) * 2)
      : (value) => value / most;
    parts.push(text(10, (y += 28), group.title, 'font-weight="bold"'));
    known.forEach(({title, value}, index) => {
      const length = Math.max(1, scale(value) * (width - left - 110));
      parts.push(text(left - 8, (y += 22), title, 'text-anchor="end"'));
      parts.push(`<rect x="${left}" y="${y - 12}" width="${length.toFixed(1)}" height="16" fill="${index === 0 ? colours[0] : colours[5]}"/>`);
      parts.push(text(left + length + 6, y, short(value)));
    });
    y += 8;
  }
  return page(y + 14, parts);
}

// Heights at least a line apart, in the order of what is wanted.
function apart(wanted) {
  const order = wanted.map((y, index) => ({y, index})).sort((a, b) => a.y - b.y);
  order.forEach((label, at) => (label.y = at === 0 ? label.y : Math.max(label.y, order[at - 1].y + 15)));
  return order.sort((a, b) => a.index - b.index).map(({y}) => y);
}

function panel(top, {title, x, lines, ticks = x, dots = true}) {
  const frame = {left: 60, right: width - 190, top: top + 50, bottom: top + 300};
  const most = Math.max(...lines.flatMap(({y}) => y).filter(Number.isFinite)) * 1.1;
  const across = (value) => frame.left + (value / x.at(-1)) * (frame.right - frame.left);
  const up = (value) => frame.bottom - (value / most) * (frame.bottom - frame.top);
  const parts = [text(10, top + 28, title, 'font-weight="bold"')];
  for (let step = 0; step <= 4; ++step) {
    const y = up((most * step) / 4);
    parts.push(`<line x1="${frame.left}" x2="${frame.right}" y1="${y}" y2="${y}" stroke="#ddd"/>`);
    parts.push(text(frame.left - 8, y + 4, short((most * step) / 4), 'text-anchor="end"'));
  }
  for (const value of ticks) parts.push(text(across(value), frame.bottom + 20, value.toLocaleString('en-US'), 'text-anchor="middle"'));
  const labels = apart(lines.map(({y}) => up(y.at(-1)) + 4));
  lines.forEach(({title: name, y}, index) => {
    const points = x.map((value, at) => [across(value).toFixed(1), up(y[at]).toFixed(1)]);
    parts.push(`<polyline points="${points.map(String).join(' ')}" fill="none" stroke="${colours[index]}" stroke-width="2"/>`);
    if (dots) parts.push(...points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colours[index]}"/>`));
    parts.push(text(frame.right + 12, labels[index], name, `fill="${colours[index]}"`));
  });
  return parts;
}

// Panels, one below the other: { title, x, lines: [{ title, y: a value for each of x }] }; both axes from zero. `ticks`: which values of x
// are written below the axis, by default all; `dots: false` leaves out the dots.
export const curves = (panels) => page(panels.length * 340 + 10, panels.flatMap((each, index) => panel(index * 340, each)));
