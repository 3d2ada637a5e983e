// Scope: the life of one drill. Stands in for a test where the tests' library wants one: what was opened is closed at its end.
export class Scope {
  #last = [];

  after(action) {
    this.#last.push(action);
  }

  async close() {
    for (const action of this.#last.reverse()) await action();
  }
}
