// What comes over a stream is not to be trusted: parsed, of the wanted kind, of bounded length, or left out.

export function parse(data) {
  try {
    const value = JSON.parse(data);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

export function text(value, lengthMax = 200) {
  const whole = typeof value === 'string' ? value : '';
  return whole.length > lengthMax ? `${whole.slice(0, lengthMax)}…` : whole;
}

export const number = (value, otherwise = 0) => (Number.isFinite(value) ? value : otherwise);

export const time = (value) => {
  const date = new Date(number(value, Date.now()));
  return Number.isNaN(date.getTime()) ? new Date() : date;
};

const clock = new Intl.DateTimeFormat(undefined, {hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'});
export const clockTime = (date) => clock.format(date);
