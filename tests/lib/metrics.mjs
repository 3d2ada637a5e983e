// The text format of Prometheus, as far as a test needs it: samples by name and labels.
const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

export class Metrics {
  samples = [];

  constructor(text) {
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const match = sample.exec(line);
      if (!match) throw new Error(`not a sample: ${JSON.stringify(line)}`);
      const labels = Object.fromEntries(
        [...(match[2] ?? '').matchAll(label)].map(([, key, value]) => [key, value]),
      );
      this.samples.push({name: match[1], labels, value: Number(match[3])});
    }
  }

  // The sum over all samples of that name which carry these labels; undefined when there is none.
  value(name, labels = {}) {
    const found = this.samples.filter(
      (each) =>
        each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value),
    );
    return found.length === 0 ? undefined : found.reduce((sum, each) => sum + each.value, 0);
  }

  get streams() {
    return this.value('sse_worker_streams');
  }

  refused(reason) {
    return this.value('sse_worker_refused_connections_total', reason ? {reason} : {}) ?? 0;
  }
}
