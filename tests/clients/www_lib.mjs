// The page's own library, www/lib, without a page.
import {loadLib} from '../browser/lib_module.js';

const loading = loadLib();

export async function read(address, {names, take, closed}) {
  const {Stream, remove} = await loading;
  const {origin, pathname, searchParams} = new URL(address);
  const stream = new Stream({
    path: origin + pathname,
    topics: searchParams.getAll('topic'),
    cursor: searchParams.get('lastEventId'),
    names,
    onEvent: ({type, data, id}) => take({event: type, data, id}),
    onGap: (data, id) => take({event: 'gap', data, id}),
    onState: (state) => state === 'ended' && closed(),
  });
  return () => {
    stream.close();
    return remove();
  };
}
