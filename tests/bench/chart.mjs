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
    const known = group.bars.filter(({ value }) => Number.isFinite(value) && value > 0);
    const most = Math.max(...known.map(({ value }) => value));
    const least = Math.min(...known.map(({ value }) => value));
    // A logarithmic bar begins a third of a decade below the shortest.
    const scale = group.logarithmic
      ? (value) => Math.log((value / least) * 2) / Math.log((most / least) * 2)
      : (value) => value / most;
    parts.push(text(10, (y += 28), group.title, 'font-weight="bold"'));
    known.forEach(({ title, value }, index) => {
      const length = Math.max(1, scale(value) * (width - left - 110));
      parts.push(text(left - 8, (y += 22), title, 'text-anchor="end"'));
      parts.push(`<rect x="${left}" y="${y - 12}" width="${length.toFixed(1)}" height="16" fill="${index === 0 ? colours[0] : colours[5]}"/>`);
      parts.push(text(left + length + 6, y, short(value)));
    });
    y += 8;
  }
  return page(y + 14, parts);
}

// `lines`: { title, y: a value for each of `x` }; both axes from zero.
export function curves({ title, x, lines }) {
  const frame = { left: 60, right: width - 190, top: 50, bottom: 330 };
  const most = Math.max(...lines.flatMap(({ y }) => y).filter(Number.isFinite)) * 1.1;
  const across = (value) => frame.left + (value / x.at(-1)) * (frame.right - frame.left);
  const up = (value) => frame.bottom - (value / most) * (frame.bottom - frame.top);
  const parts = [text(10, 28, title, 'font-weight="bold"')];
  for (let step = 0; step <= 4; ++step) {
    const value = (most * step) / 4;
    parts.push(`<line x1="${frame.left}" x2="${frame.right}" y1="${up(value)}" y2="${up(value)}" stroke="#ddd"/>`);
    parts.push(text(frame.left - 8, up(value) + 4, short(value), 'text-anchor="end"'));
  }
  for (const value of x) parts.push(text(across(value), frame.bottom + 20, value.toLocaleString('en-US'), 'text-anchor="middle"'));
  lines.forEach((line, index) => {
    const points = line.y.map((value, at) => `${across(x[at]).toFixed(1)},${up(value).toFixed(1)}`);
    parts.push(`<polyline points="${points.join(' ')}" fill="none" stroke="${colours[index]}" stroke-width="2"/>`);
    parts.push(...points.map((point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="3" fill="${colours[index]}"/>`));
    parts.push(text(frame.right + 12, up(line.y.at(-1)) + 4, line.title, `fill="${colours[index]}"`));
  });
  return page(frame.bottom + 40, parts);
}
