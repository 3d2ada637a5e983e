// A small line over time, as wide as its place: one or two lines over a shaded ground. The scale begins at 0 and ends at a
// round number, which changes only when it must. Says nothing to screen readers; the value beside it does.

import {svg} from '../../shell/dom.js';

const width = 100;
const height = 40;
const steps = [1, 2, 5, 10];

// The least round number that is not below.
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return steps.find((step) => step * power >= value * 0.999_999) * power;
}

export class Sparkline {
  #area = svg('path', {class: 'area'});
  #lines;
  #least;
  element;

  // least: the smallest scale, so that noise in something tiny does not look like news.
  constructor({lines = 1, least = 1}) {
    this.#lines = Array.from({length: lines}, (_, n) => svg('path', {class: n ? 'line second' : 'line'}));
    this.#least = least;
    this.element = svg('svg', {
      class: 'sparkline', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false',
    }, this.#area, this.#lines.toReversed());
  }

  // series: points [atMs, number or null] for each line. Returns the upper end of the scale.
  draw(series, fromMs, toMs) {
    let most = this.#least;
    for (const points of series) for (const [, value] of points) if (value > most) most = value;
    const top = roundUp(most);
    const x = (atMs) => (width * (atMs - fromMs)) / (toMs - fromMs);
    const y = (value) => height - 1 - ((height - 2) * value) / top;
    series.forEach((points, n) => {
      const runs = unbroken(points);
      this.#lines[n]?.setAttribute('d', runs.map((run) => path(run, x, y)).join(''));
      if (n > 0) return;
      const closed = (run) => `${path(run, x, y)}L${fixed(x(run.at(-1)[0]))} ${height}L${fixed(x(run[0][0]))} ${height}Z`;
      this.#area.setAttribute('d', runs.map(closed).join(''));
    });
    return top;
  }
}

// The stretches without a hole.
function unbroken(points) {
  const runs = [[]];
  for (const point of points) {
    if (point[1] === null) runs.push([]);
    else runs.at(-1).push(point);
  }
  return runs.filter((run) => run.length > 0);
}

const fixed = (number) => Math.round(number * 100) / 100;

// A single point is a short line, or it could not be seen.
function path(run, x, y) {
  const text = run.map(([at, value], n) => `${n ? 'L' : 'M'}${fixed(x(at))} ${fixed(y(value))}`).join('');
  return run.length > 1 ? text : `${text}h0.5`;
}
