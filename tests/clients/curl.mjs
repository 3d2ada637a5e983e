// curl in a loop: what a shell script does. curl itself knows nothing of events, so the cursor is the
// script's to keep.
import {spawn} from 'node:child_process';
import {FrameParser} from '../lib/sse.mjs';

export function read(url, {take, closed}) {
  let cursor;
  let child;
  let over = false;

  function connect() {
    const parser = new FrameParser();
    const header = cursor === undefined ? [] : ['-H', `Last-Event-ID: ${cursor}`];
    child = spawn('curl', ['-sN', ...header, url], {stdio: ['ignore', 'pipe', 'inherit']});
    child.stdout.on('data', (bytes) => {
      parser.push(bytes);
      for (const {event, id, data} of parser.frames.splice(0)) {
        cursor = id ?? cursor;
        if (over || data === undefined) continue;
        if (event === 'close') return end();
        take({event, id: cursor, data});
      }
    });
    child.on('close', () => over || setTimeout(connect, 20));
  }

  function end() {
    stop();
    closed();
  }

  function stop() {
    over = true;
    child.kill();
  }

  connect();
  return stop;
}
