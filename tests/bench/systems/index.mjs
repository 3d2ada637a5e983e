// A system is what can be measured beside the others:
//   name, title; batches: takes NDJSON; ahead: how many events its readers may have to come while publishing is as fast as
//   possible, on average, which is set to where it delivers about its most, for beyond that only its latency grows;
//   reading, publishing: arguments of the load client; missing(): what it lacks here, if anything;
//   start(): { events: where its streams are, pids: { worker, nginx }, complaints(), stop() }.
import { express } from './express.mjs';
import { floor } from './floor.mjs';
import { longpoll } from './longpoll.mjs';
import { nchan } from './nchan.mjs';
import { websocket } from './websocket.mjs';
import { worker } from './worker.mjs';

export const systems = { worker, floor, nchan, express, websocket, longpoll };
