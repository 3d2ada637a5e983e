// The price of one share over the last minute. Its right edge is now: where the line ends before it, the reader is behind.

import uPlot from '../../vendor/uplot/uPlot.esm.js';
import {spanMs} from './market.js';

const marks = [-60, -45, -30, -15, 0]; // seconds

export class Chart {
  #box;
  #plot = null;
  #colours;
  #data = [[], []];

  // box is the element to draw in; signal ends it.
  constructor(box, signal) {
    this.#box = box;
    const resize = new ResizeObserver(() => this.#resize());
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const repaint = () => { this.#end(); this.#begin(); };
    resize.observe(box);
    scheme.addEventListener('change', repaint);
    signal.addEventListener('abort', () => {
      resize.disconnect();
      scheme.removeEventListener('change', repaint);
      this.#end();
    });
  }

  show(share) {
    this.#data = [share.times.map((ms) => ms / 1000), share.prices];
    if (this.#plot) this.#plot.setData(this.#data);
    else this.#begin();
  }

  #begin() {
    const width = this.#box.clientWidth;
    if (width === 0) return;
    const style = getComputedStyle(this.#box);
    const colour = (name) => style.getPropertyValue(name).trim();
    const font = `12px ${style.fontFamily}`;
    const axis = {stroke: colour('--soft'), font, ticks: {show: false}, grid: {stroke: colour('--rule'), width: 1}};
    this.#plot = new uPlot({
      width,
      height: this.#box.clientHeight,
      legend: {show: false},
      cursor: {show: false},
      padding: [12, 18, 0, 0],
      scales: {x: {range: () => [(Date.now() - spanMs) / 1000, Date.now() / 1000]}, y: {range: (_, low, high) => around(low, high)}},
      axes: [
        {...axis, grid: {show: false}, splits: () => marks.map((seconds) => Date.now() / 1000 + seconds), values: () => marks.map(ago)},
        {...axis, size: 56, values: (_, values) => values.map((value) => value.toFixed(2))},
      ],
      series: [{}, {stroke: colour('--accent'), width: 2, fill: colour('--tint'), points: {show: false}}],
    }, this.#data, this.#box);
  }

  #end() {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #resize() {
    if (this.#plot && this.#box.clientWidth > 0) this.#plot.setSize({width: this.#box.clientWidth, height: this.#box.clientHeight});
    else if (!this.#plot) this.#begin();
  }
}

function around(low, high) {
  if (low === null || high === null) return [0, 1];
  const room = Math.max((high - low) * 0.15, Math.abs(high) * 0.001, 0.01);
  return [low - room, high + room];
}

const ago = (seconds) => (seconds === 0 ? 'now' : `${String(seconds).replace('-', '−')} s`);
