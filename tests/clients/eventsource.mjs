// The npm package `eventsource`: the interface of browsers in Node.
//
// Each client here has the same shape: read(url, {names, take, closed}) hands every event to take({event, id,
// data}), calls closed() at `event: close`, and returns a function that stops it.
import {EventSource} from 'eventsource';

export function read(url, {names, take, closed}) {
  const source = new EventSource(url);
  for (const name of ['message', ...names]) {
    source.addEventListener(name, ({type, lastEventId, data}) => take({event: type, id: lastEventId, data}));
  }
  source.addEventListener('close', () => {
    source.close();
    closed();
  });
  return () => source.close();
}
