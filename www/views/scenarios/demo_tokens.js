// The two users of `make run`, and their tokens.

export const users = {alice: 'Alice', bob: 'Bob'};

// Options of a Stream: token() for this user. onMissing(): this server has no tokens for them.
export const tokenOf = (user, {signal, onMissing}) => async () => {
  const answer = await fetch('/demo/tokens', {signal, cache: 'no-store'});
  if (answer.ok) return (await answer.json())[user];
  onMissing();
  throw new Error(`/demo/tokens answered ${answer.status}`);
};
