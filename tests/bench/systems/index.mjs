// A system is what can be measured beside the others:
//   name, title; batches: takes NDJSON; ahead: how many events its readers may have to come while publishing is as fast as
//   possible, on average, which is set to where it delivers about its most, for beyond that only its latency grows;
//   reading, publishing: arguments of the load client; missing(): what it lacks here, if anything;
//   start(config, {tls}): { events: where its streams are, publish: where events are published, pids: { worker, nginx },
//   complaints(), stop() }. With `tls` the streams are read over TLS; the worker and Nchan can do that here.
import {express} from './express.mjs';
import {expressSingle} from './express_single.mjs';
import {floor} from './floor.mjs';
import {redis, redisPrevious, sqlite, sqliteFull, sqlitePrevious} from './stores.mjs';
import {longpoll} from './longpoll.mjs';
import {nchan} from './nchan.mjs';
import {post, publishStreams} from './publish_streams.mjs';
import {previous} from './previous.mjs';
import {pushpin} from './pushpin.mjs';
import {websocket} from './websocket.mjs';
import {worker} from './worker.mjs';

const all = [worker, floor, nchan, pushpin, express, expressSingle, websocket, longpoll, sqlite, sqliteFull, redis, previous,
  sqlitePrevious, redisPrevious, post, ...publishStreams];
export const systems = Object.fromEntries(all.map((system) => [system.name, system]));
