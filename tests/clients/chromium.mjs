// EventSource as Chromium has it, in a page of the same origin.
import {launch} from '../browser/chromium.js';

export async function read(url, {names, take, closed}) {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(new URL('/page', url).href);
  await page.exposeFunction('take', take);
  await page.exposeFunction('isClosed', closed);
  await page.evaluate(
    ([address, all]) => {
      const source = new EventSource(address);
      for (const name of all) {
        source.addEventListener(name, ({type, lastEventId, data}) =>
          window.take({event: type, id: lastEventId, data}),
        );
      }
      source.addEventListener('close', () => {
        source.close();
        window.isClosed();
      });
    },
    [url, ['message', ...names]],
  );
  return () => browser.close();
}
