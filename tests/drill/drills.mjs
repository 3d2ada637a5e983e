// Every drill: what happens, how often in the long form (`make drill`) and in the short one (`make test`).
import {fullDisk} from './full_disk.mjs';
import {hostileClients} from './hostile_clients.mjs';
import {hostileEdges} from './hostile_edges.mjs';
import {settledFills} from './hostile/history.mjs';
import {killedStreams} from './killed_streams.mjs';
import {killedWorker} from './killed_worker.mjs';
import {lostAnswer} from './lost_answer.mjs';
import {receiverDown} from './receiver_down.mjs';
import {certificateExpired, passwordRotated} from './redis_credentials.mjs';
import {
  clusterFailover, clusterReshard, oneWayLinks, sentinelFailover, sentinelPartition, slowLinks, wrongClocks,
} from './redis_failover.mjs';
import {cutConnections, fullRedis, pausedRedis, restartedRedis, rollingUpgrade, workersInTurn} from './shared_redis.mjs';
import {reloads, upgrades} from './upgrades.mjs';

export const drills = {
  killed_worker: {
    title: 'kill -9 of the worker under load',
    run: killedWorker,
    long: {times: 50},
    short: {times: 4, readers: 5},
  },
  killed_streams: {
    title: 'kill -9 of the worker under six publish streams',
    run: killedStreams,
    long: {times: 50},
    short: {times: 4, readers: 5, each: 1},
  },
  lost_answer: {
    title: 'kill -9 between write and answer, then the same id again',
    run: lostAnswer,
    long: {times: 50, tries_max: 400},
    short: {times: 1, tries_max: 40},
  },
  full_disk: {
    title: 'disk full, and room again',
    run: fullDisk,
    long: {times: 10},
    short: {times: 1},
  },
  workers_in_turn: {
    title: 'two workers with one Redis, one killed in turn every 5 s',
    run: workersInTurn,
    long: {times: 24, readers: 500, between: 4500},
    short: {times: 4, readers: 10},
  },
  rolling_upgrade: {
    title: 'two workers with one Redis, each taken over by another build in turn',
    run: rollingUpgrade,
    long: {times: 20, readers: 500},
    short: {times: 2, readers: 10},
  },
  restarted_redis: {
    title: 'Redis with appendfsync always killed, and started again from its AOF',
    run: restartedRedis,
    long: {times: 20},
    short: {times: 2, readers: 5},
  },
  paused_redis: {
    title: 'Redis stopped for 30 s',
    run: pausedRedis,
    long: {times: 2, seconds: 30},
    short: {times: 1, seconds: 3, readers: 5},
  },
  certificate_expired: {
    title: 'the certificate of Redis expired, and renewed',
    run: certificateExpired,
    long: {times: 10, readers: 500},
    short: {times: 1, readers: 5},
  },
  password_rotated: {
    title: 'the password of Redis changed, and later that of the workers',
    run: passwordRotated,
    long: {times: 10, readers: 500},
    short: {times: 1, readers: 5},
  },
  cut_connections: {
    title: 'all connections to Redis cut',
    run: cutConnections,
    long: {times: 100},
    short: {times: 5, readers: 5},
  },
  full_redis: {
    title: 'Redis at its maxmemory, and room again',
    run: fullRedis,
    long: {times: 20},
    short: {times: 2, readers: 5},
  },
  sentinel_failover: {
    title: 'the primary killed, Sentinels name a replica; `replicas: 1`',
    run: sentinelFailover,
    long: {times: 20, readers: 500, replicas: 1},
    short: {times: 1, readers: 5, replicas: 1},
  },
  sentinel_failover_async: {
    title: 'the same with `replicas: 0`: what Redis loses is told',
    run: sentinelFailover,
    long: {times: 20, readers: 500, replicas: 0},
    short: {times: 1, readers: 5, replicas: 0},
  },
  sentinel_partition: {
    title: 'the machine of the primary cut off for 30 s, with its worker; `replicas: 1`: what is lost is told',
    run: sentinelPartition,
    long: {times: 10, readers: 500, replicas: 1, seconds: 30},
    short: {times: 1, readers: 5, replicas: 1, seconds: 6},
  },
  sentinel_partition_async: {
    title: 'the same with `replicas: 0`: what the cut-off primary acknowledged is told as lost',
    run: sentinelPartition,
    long: {times: 10, readers: 500, replicas: 0, seconds: 30},
    short: {times: 1, readers: 5, replicas: 0, seconds: 6},
  },
  one_way_links: {
    title: 'a link between the primary and another machine cut in one direction for 10 s; `replicas: 1`',
    run: oneWayLinks,
    long: {times: 8, readers: 500, replicas: 1, seconds: 10},
    short: {times: 1, readers: 5, replicas: 1, seconds: 3},
  },
  slow_links: {
    title: 'a machine whose packets take 20 ms longer, and of which 1 % are lost',
    run: slowLinks,
    long: {times: 6, readers: 500, replicas: 1, seconds: 10},
    short: {times: 1, readers: 5, replicas: 1, seconds: 2},
  },
  cluster_failover: {
    title: 'Redis Cluster: the node with the keys killed; `replicas: 1`',
    run: clusterFailover,
    long: {times: 20, readers: 500, replicas: 1},
    short: {times: 1, readers: 5, replicas: 1},
  },
  cluster_reshard: {
    title: 'Redis Cluster: the slot moved to another node; `replicas: 1`',
    run: clusterReshard,
    long: {times: 10, readers: 500, replicas: 1},
    short: {times: 1, readers: 5, replicas: 1},
  },
  cluster_reshard_async: {
    title: 'the same with `replicas: 0`',
    run: clusterReshard,
    long: {times: 10, readers: 500, replicas: 0},
    short: {times: 4, readers: 5, replicas: 0},
  },
  wrong_clocks: {
    title: 'one worker 10 min ahead, one 10 min behind, and a failover; `replicas: 1`',
    run: wrongClocks,
    long: {times: 5, readers: 500, replicas: 1},
    short: {times: 1, readers: 5, replicas: 1},
  },
  receiver_down: {
    title: 'the receiver of hooks down for a minute, while readers come and go',
    run: receiverDown,
    long: {times: 2, seconds: 60},
    short: {times: 1, seconds: 4},
  },
  upgrades: {
    title: 'another program takes the worker over, under load',
    run: upgrades,
    long: {times: 100, readers: 5000, rate: 10},
    short: {times: 3, readers: 100, between: 200, judge: false},
  },
  upgrades_counted: {
    title: 'the same, and presence counts the readers',
    run: upgrades,
    long: {times: 20, readers: 5000, rate: 10, counted: true},
    short: {times: 2, readers: 100, between: 200, judge: false, counted: true},
  },
  reloads: {
    title: '`nginx -s reload` under load, with `worker_shutdown_timeout 10s`',
    run: reloads,
    long: {times: 100, readers: 5000, rate: 10},
    short: {times: 3, readers: 50, between: 500, shutdown: 1},
  },
  hostile_edges: {
    title: 'each of eleven kinds of hostile clients alone, at its limit and one past it',
    run: hostileEdges,
    long: {each: true, fills: settledFills, share: 0.05},
    short: {each: false, fills: 1, share: 0.25},
  },
  hostile_clients: {
    title: 'hostile clients, eleven kinds at once',
    run: hostileClients,
    long: {scale: 1, readers: 1000, quiet: 15, seconds: 40},
    // Other tests run beside this one, so how long things take is not judged.
    short: {scale: 0.05, readers: 50, quiet: 2, seconds: 6, judge: false},
  },
};

// What must not be: none of it is a matter of luck. `wrong`: what a drill itself finds wrong, in sentences.
export function faults({lost, repeated, reordered = 0, gaps = 0, unmet = 0, acknowledged, wrong = []}) {
  const found = Object.entries({lost, repeated, reordered, gaps, unmet}).filter(([, count]) => count > 0);
  if (acknowledged === 0) found.push(['acknowledged', 0]);
  return [...found.map(([name, count]) => `${name}: ${count}`), ...wrong];
}
