// What a page shows of one event. Whatever the payload holds, the result is text of bounded length and a valid date or none.

const lengthMax = 1000;

export function readMessage(data) {
  const greeting = parse(data);
  const raw = typeof greeting?.message !== 'string';
  const sent = new Date(typeof greeting?.timestamp === 'string' ? greeting.timestamp : NaN);
  return {text: shorten(raw ? data : greeting.message), raw, sent: Number.isNaN(sent.getTime()) ? null : sent};
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

function shorten(text) {
  const rest = text.length - lengthMax;
  return rest > 0 ? `${text.slice(0, lengthMax)}… (${rest.toLocaleString()} more characters)` : text;
}
