// What the clients of presence know.

// What a reader got, each as its type and the members of its data.
export const told = (reader) => reader.events.map(({event, data}) => ({event, ...JSON.parse(data)}));

// What a client knows that follows the events as docs/http-api.md says.
export function known(reader) {
  let count;
  const names = new Set();
  for (const {event, subject, subjects, ...here} of told(reader)) {
    count = here.count ?? count;
    if (here.reset || subjects) names.clear();
    for (const each of subjects ?? []) names.add(each);
    if (event === 'join') names.add(subject);
    if (event === 'leave') names.delete(subject);
  }
  return {count, names: [...names].sort()};
}
