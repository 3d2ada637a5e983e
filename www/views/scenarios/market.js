// What is known of each share: the last quote, and the last minute of the price.

import {number, text} from './payload.js';

const sharesMax = 40;
const pointsMax = 2000;
export const spanMs = 60_000;

export class Market {
  #shares = new Map();

  // Returns the share, or nothing when the quote makes no sense.
  take({symbol, name, price, open, trend, step, at}) {
    const key = text(symbol, 12);
    if (!key || !Number.isFinite(price) || !Number.isFinite(at)) return null;
    let share = this.#shares.get(key);
    if (!share) {
      if (this.#shares.size >= sharesMax) return null;
      share = {symbol: key, name: text(name, 40), times: [], prices: []};
      this.#shares.set(key, share);
      seed(share, trend, number(step, 1), at);
    }
    Object.assign(share, {price, open: number(open, price) || price, at, changed: true});
    share.trend = trendOf(trend);
    if (at >= (share.times.at(-1) ?? 0)) {
      share.times.push(at);
      share.prices.push(price);
    }
    trim(share, at - spanMs);
    return share;
  }

  get(symbol) {
    return this.#shares.get(symbol);
  }

  get all() {
    return [...this.#shares.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  }

  clear() {
    this.#shares.clear();
  }
}

const trendOf = (trend) => (Array.isArray(trend) ? trend.slice(-60).filter(Number.isFinite) : []);

function seed(share, trend, step, at) {
  const prices = trendOf(trend);
  prices.forEach((price, n) => {
    share.times.push(at - (prices.length - n) * step * 1000);
    share.prices.push(price);
  });
}

function trim({times, prices}, oldest) {
  let many = Math.max(0, times.length - pointsMax);
  while (many < times.length && times[many] < oldest) many += 1;
  times.splice(0, many);
  prices.splice(0, many);
}
