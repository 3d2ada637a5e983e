// /healthz behind nginx says what a reader would meet: nginx keeps connections to the worker, which go on to work when its
// socket cannot be opened any more (other permissions, another path), while every stream needs a new one.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';
import {assertProblem} from '../lib/problem.mjs';
import {startHub} from '../lib/hub.mjs';

test('a socket that nginx cannot open any more is unhealthy at once', async (t) => {
  const hub = await startHub(t);
  const {address} = hub.worker;
  for (let n = 0; n < 3; ++n) assert.equal((await hub.nginx.fetch('/healthz')).status, 200);
  await hub.publish({topic: 'a', data: 'over a connection that nginx keeps'});

  // Root may open every socket, so the tests move it instead of taking permissions away.
  fs.renameSync(address, `${address}.away`);
  await hub.publish({topic: 'a', data: 'over the same one'});
  assert.equal((await hub.nginx.fetch('/events?topic=a')).text, 'retry: 3000\n\n', 'a stream needs a new one');
  for (let n = 0; n < 3; ++n) assertProblem(await hub.nginx.fetch('/healthz'), 503, /worker does not answer/);

  fs.renameSync(`${address}.away`, address);
  assert.equal((await hub.nginx.fetch('/healthz')).status, 200);
});
