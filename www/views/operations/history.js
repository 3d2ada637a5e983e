// What was said in the last minutes, bounded in time and in number.

const samplesMax = 3_000;

export class History {
  #spanMs;
  #samples = []; // { atMs, values }, oldest first

  constructor(spanMs) {
    this.#spanMs = spanMs;
  }

  add(atMs, values) {
    this.#samples.push({atMs, values});
    const oldest = atMs - this.#spanMs;
    let gone = Math.max(0, this.#samples.length - samplesMax);
    while (gone < this.#samples.length - 1 && this.#samples[gone].atMs < oldest) ++gone;
    this.#samples.splice(0, gone);
  }

  get last() {
    return this.#samples.at(-1);
  }

  // Of one value since a moment: points [atMs, number or null], and null where nothing came for longer than holeMs.
  since(fromMs, key, holeMs) {
    const points = [];
    let before = null;
    for (const {atMs, values} of this.#samples) {
      if (before !== null && atMs - before > holeMs && points.length > 0) points.push([atMs, null]);
      before = atMs;
      if (atMs >= fromMs) points.push([atMs, values[key] ?? null]);
    }
    return points;
  }
}
