// A picture of the stream over time: a dot for each message, a sign where the connection was lost or ended. It starts with
// twelve seconds and doubles when they are used up. The log says the same in words, so this is hidden from screen readers.

const svg = 'http://www.w3.org/2000/svg';
const spanMs = 12_000;
const ticks = 6;
const marksMax = 200;
const lineY = 14;
const labelY = 44;

export class Timeline {
  #root;
  #placed = [];
  #reach = null;
  #startedMs = 0;
  #spanMs = spanMs;
  #timer;

  constructor(root) {
    this.#root = root;
  }

  start() {
    this.#root.replaceChildren();
    this.#placed = [];
    this.#startedMs = performance.now();
    this.#spanMs = spanMs;
    this.#add('line', 'axis', {x1: '0%', x2: '100%', y1: lineY, y2: lineY});
    for (let i = 0; i <= ticks; ++i) this.#add('text', i === 0 ? 'tick first' : i === ticks ? 'tick last' : 'tick', {x: `${(100 * i) / ticks}%`, y: labelY});
    this.#label();
    this.draw('idle');
    clearInterval(this.#timer);
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#timer = setInterval(() => this.#grow(), calm ? 1000 : 100);
  }

  // From here on the line is solid ("live") or dotted ("idle").
  draw(kind) {
    this.#grow();
    const at = this.#elapsed();
    const line = this.#make('line', `reach ${kind}`, {y1: lineY, y2: lineY});
    // Lines lie under the signs.
    this.#root.querySelector('.tick').before(line);
    this.#reach = {element: line, from: at, to: at};
    this.#keep(this.#reach);
  }

  mark(name) {
    this.#grow();
    const at = this.#elapsed();
    if (name !== 'message') this.#keep({element: this.#add('circle', 'halo', {cy: lineY, r: name === 'lost' ? 8 : 11}), at});
    this.#keep({element: this.#add('use', name, {href: `#sign-${name}`, y: lineY}), at});
  }

  stop() {
    this.#grow();
    clearInterval(this.#timer);
  }

  #elapsed() {
    return performance.now() - this.#startedMs;
  }

  #grow() {
    if (!this.#reach) return;
    this.#reach.to = this.#elapsed();
    if (this.#reach.to <= this.#spanMs) return this.#place(this.#reach);
    while (this.#reach.to > this.#spanMs) this.#spanMs *= 2;
    this.#label();
    for (const mark of this.#placed) this.#place(mark);
  }

  #label() {
    const seconds = (i) => Math.round((this.#spanMs * i) / ticks / 1000);
    this.#root.querySelectorAll('.tick').forEach((text, i) => { text.textContent = i ? `${seconds(i)} s` : '0'; });
  }

  #keep(mark) {
    this.#placed.push(mark);
    if (this.#placed.length > marksMax) this.#placed.shift().element.remove();
    this.#place(mark);
  }

  #place({element, at, from, to}) {
    const x = (ms) => `${(100 * ms) / this.#spanMs}%`;
    if (element.localName === 'line') {
      element.setAttribute('x1', x(from));
      element.setAttribute('x2', x(to));
    } else {
      element.setAttribute(element.localName === 'circle' ? 'cx' : 'x', x(at));
    }
  }

  #add(name, className, attributes) {
    return this.#root.appendChild(this.#make(name, className, attributes));
  }

  #make(name, className, attributes) {
    const made = document.createElementNS(svg, name);
    made.setAttribute('class', className);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }
}
