// Numbers for people: never more than four digits before the unit, so that they keep their place.

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const three = new Intl.NumberFormat('en', {maximumSignificantDigits: 3});
const nothing = '–';

const known = (value) => typeof value === 'number' && Number.isFinite(value);

function scaled(value, units, step) {
  let n = 0;
  while (n < units.length - 1 && Math.round(value) >= step) {
    value /= step;
    ++n;
  }
  return [value, units[n]];
}

// 0.4, 12.5, 1,234, 56.7 k, 3.1 M
export function count(value) {
  if (!known(value)) return nothing;
  if (Math.abs(value) < 100) return three.format(Math.round(value * 10) / 10);
  if (Math.abs(value) < 10_000) return whole.format(value);
  const [number, unit] = scaled(value / 1000, ['k', 'M', 'G', 'T'], 1000);
  return `${three.format(number)} ${unit}`;
}

export function bytes(value) {
  if (!known(value)) return nothing;
  const [number, unit] = scaled(value, ['B', 'kB', 'MB', 'GB', 'TB'], 1000);
  return `${three.format(number)} ${unit}`;
}

export function time(seconds) {
  if (!known(seconds)) return nothing;
  if (seconds < 0.001) return `${three.format(seconds * 1e6)} µs`;
  return seconds < 1 ? `${three.format(seconds * 1e3)} ms` : `${three.format(seconds)} s`;
}

export function percent(part) {
  return known(part) ? `${three.format(Math.round(part * 1000) / 10)} %` : nothing;
}
