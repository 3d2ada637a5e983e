// The table of docs/front-ends.md: FRONT_ENDS_TABLE=1 prints it when the tests have ended.
export class Table {
  #rows = new Map();

  set(row, column, words) {
    if (!this.#rows.has(row)) this.#rows.set(row, new Map());
    this.#rows.get(row).set(column, words);
  }

  print(columns) {
    if (!process.env.FRONT_ENDS_TABLE) return;
    const line = (cells) => `| ${cells.join(' | ')} |\n`;
    const rows = [...this.#rows].map(([name, cells]) => line([name, ...columns.map((each) => cells.get(each) ?? '–')]));
    process.stdout.write(`\n${line(['', ...columns])}${line(['', ...columns].map(() => '---'))}${rows.join('')}\n`);
  }
}
