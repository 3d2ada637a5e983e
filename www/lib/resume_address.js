// The address that a server gives with `event: resume`: it opens the same subscription again, for a while, without asking the
// application. It is a credential, so only the origin of the stream may give one, and for itself.

const addressCharsMax = 16_000;

// Returns { url, untilMs } with untilMs by the wall clock, or null where the frame's data are not to be used. requested: the address
// that the stream was asked for at; base: the page's.
export function resumeAddress(data, {requested, base}) {
  try {
    const {address, expires} = JSON.parse(data);
    if (typeof address !== 'string' || address.length > addressCharsMax || !Number.isFinite(expires)) return null;
    const from = new URL(requested, base);
    const url = new URL(address, from);
    if (url.origin !== from.origin || !/^https?:$/.test(url.protocol) || url.username || url.password) return null;
    url.hash = '';
    return {url: url.href, untilMs: expires * 1000};
  } catch {
    return null;
  }
}

// The same address with this parameter, once. The others stay as they are written: a signature may be over their bytes.
export function withParameter(url, name, value) {
  const [path, query = ''] = url.split(/\?(.*)/s, 2);
  const others = query.split('&').filter((part) => part !== '' && part.split('=', 1)[0] !== name);
  return `${path}?${[...others, `${name}=${encodeURIComponent(value)}`].join('&')}`;
}
