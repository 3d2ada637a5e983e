// A request over HTTP/2 without TLS, to a `listen … http2` of nginx.
import {connect} from 'node:http2';
import {defer} from './cleanup.mjs';
import {Signal} from './wait.mjs';

// Its answer, once the head is there: {status, headers, text, reached(pattern), done()}.
export async function http2(t, port, path, headers = {}) {
  const session = connect(`http://127.0.0.1:${port}`);
  defer(t, () => session.destroy());
  session.on('error', () => {});
  const stream = session.request({':path': path, ...headers});
  const signal = new Signal();
  const answer = {
    text: '',
    ended: false,
    reached: (pattern) => signal.when(() => pattern.test(answer.text), `${pattern} in the answer`),
    done: () => signal.when(() => answer.ended, 'the end of the answer'),
  };
  stream.setEncoding('utf8');
  stream.on('error', () => {});
  stream.on('response', (all) => {
    Object.assign(answer, {headers: all, status: all[':status']});
    signal.changed();
  });
  stream.on('data', (text) => {
    answer.text += text;
    signal.changed();
  });
  stream.on('end', () => {
    answer.ended = true;
    signal.changed();
  });
  await signal.when(() => answer.headers, 'the head of the answer');
  return answer;
}
