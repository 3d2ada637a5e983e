// Which events a tab has had already, by their ids: the last thousand. What has no id is always new.

const idsMax = 1000;

export class Recent {
  #ids = new Set();

  // True the first time.
  add(id) {
    if (!id) return true;
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size > idsMax) this.#ids.delete(this.#ids.values().next().value);
    return true;
  }
}
