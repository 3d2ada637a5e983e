// What a refusal of access means to the person at the console, who may have filled in a token.

// end: { status, reason } of a request that was refused, or whose grant has ended; token: whether one was sent. Undefined where the
// server's own words are enough.
export function sentenceOf({status, reason}, token) {
  if (reason === 'expired') return 'The token has expired';
  if (reason === 'revoked') return 'The token was revoked';
  if (status === 401) return token ? 'The token is not accepted' : 'This needs a token or a login';
  if (status === 403) return token ? 'The token does not allow this' : 'This is not allowed';
  return undefined;
}

export const afterwards = 'Fill in another token, then press Try now: the stream continues after the last event.';
