// Growth: what a delivery costs, and a stream, as readers become more; the worker with the floor beside it. The deliveries
// per second are about the same, and each event goes out by itself, so that nothing but the number of streams changes.
import {curves} from './chart.mjs';
import {measures} from './measures.mjs';

const rates = {100: 40, 1000: 20, 4000: 5, 8000: 2};
const sizes = Object.keys(rates);
const shown = ['rate', 'p99', 'cpu', 'worker', 'nginx', 'memory', 'worker_memory', 'others'];
const cost = (round, size, measure, system = 'worker') => measures[measure].of(round[`streams_${size}`][system]);

export const growth = {
  name: 'growth',
  title: 'cost of a delivery, and of a stream, as readers become more',
  scenarios: Object.fromEntries(sizes.map((size) => [`streams_${size}`, {
    title: `${Number(size).toLocaleString('en-US')} readers, ${rates[size]} events/s`,
    systems: ['worker', 'floor'],
    shown,
    of: () => ['--streams', size, '--topic', 'news', '--publish-rate', rates[size], '--publish-for', '5s'],
  }])),
  targets: [
    {text: 'CPU per delivery at 8,000 streams, over that at 1,000', at_most: 1.25, of: (round) => cost(round, 8000, 'cpu') / cost(round, 1000, 'cpu')},
    {text: 'the same for the floor', of: (round) => cost(round, 8000, 'cpu', 'floor') / cost(round, 1000, 'cpu', 'floor')},
    {text: 'worker CPU per delivery at 8,000 streams, over that at 1,000', of: (round) => cost(round, 8000, 'worker') / cost(round, 1000, 'worker')},
  ],
  chart(rounds, median) {
    const panel = (title, lines) => ({
      title,
      x: sizes.map(Number),
      lines: lines.map(([system, measure, name]) => ({
        title: name,
        y: sizes.map((size) => median(rounds.map((round) => cost(round, size, measure, system)))),
      })),
    });
    return curves([
      panel('CPU per delivery by number of streams, µs', [['worker', 'worker', 'sse-worker'], ['worker', 'nginx', 'nginx before it'],
        ['floor', 'worker', 'the floor'], ['floor', 'nginx', 'nginx before the floor']]),
      panel('Memory per stream by number of streams, bytes', [['worker', 'worker_memory', 'sse-worker'],
        ['worker', 'memory', 'with nginx'], ['floor', 'worker_memory', 'the floor'], ['floor', 'memory', 'the floor with nginx']]),
    ]);
  },
};
