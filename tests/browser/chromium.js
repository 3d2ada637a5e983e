// Debian's Chromium, and pages in it that keep a record of what must not happen. The same engine comes as a program without windows
// (chromium-headless-shell), which takes half of the CPU time. It has no cache for the back button.

import {existsSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {chromium} from 'playwright-core';

const [whole, headless] = ['/usr/bin/chromium', '/usr/bin/chromium-headless-shell'];

// keepsLeftPages: as users have it; Playwright switches Chromium's cache for the back button off.
export const launch = ({keepsLeftPages = false} = {}) => chromium.launch({
  ignoreDefaultArgs: keepsLeftPages ? ['--disable-back-forward-cache'] : [],
  executablePath: process.env.CHROMIUM ?? (keepsLeftPages || !existsSync(headless) ? whole : headless),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

// A page at url in a fresh context. `faults` gathers console errors, uncaught errors, violations of the content policy and
// requests to other hosts; `requests` the times /events was asked for. before(page) may set routes.
export async function openPage(browser, url, {before, width = 1440, height = 900, ...options} = {}) {
  const context = await browser.newContext({viewport: {width, height}, ...options});
  context.setDefaultTimeout(60_000); // as everywhere here: half of it was too little on a machine with other load
  const page = await context.newPage();
  const faults = [];
  const requests = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error}`));
  page.on('request', (request) => {
    const {host, pathname} = new URL(request.url());
    if (host !== new URL(url).host) faults.push(`foreign: ${request.url()}`);
    if (pathname === '/events') requests.push(Date.now());
  });
  await page.exposeFunction('reportViolation', (text) => faults.push(`policy: ${text}`));
  await page.addInitScript(observe);
  await before?.(page);
  await page.goto(url);
  return {page, faults, requests, close: () => context.close()};
}

// Runs in the page, before its own scripts.
function observe() {
  window.states = [];
  window.layoutShift = 0;
  window.shifts = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    window.reportViolation(`${event.violatedDirective} ${event.blockedURI}`);
  });
  new MutationObserver((records) => {
    for (const {target} of records) {
      if (target.id === 'live' && window.states.at(-1) !== target.dataset.state) window.states.push(target.dataset.state);
    }
  }).observe(document, {subtree: true, attributeFilter: ['data-state']});
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      window.layoutShift += entry.value;
      for (const {node, previousRect, currentRect} of entry.sources) {
        const name = node?.outerHTML?.slice(0, 60) ?? node?.nodeName;
        window.shifts.push(`${Math.round(entry.startTime)} ms: ${name} ${JSON.stringify(previousRect)} ${JSON.stringify(currentRect)}`);
      }
    }
  }).observe({type: 'layout-shift', buffered: true});
}

export const reach = (page, state, timeout = 60_000) =>
  page.locator(`#live[data-state="${state}"]`).waitFor({timeout});

export const messageCount = async (page) => Number(await page.locator('#messages').textContent());

export const countReaches = (page, count, timeout = 60_000) =>
  page.waitForFunction((wanted) => Number(document.getElementById('messages')?.textContent) >= wanted, count, {timeout});

// What moved although nobody asked for it: nothing, or a line for each element.
export const jumps = (page) => page.evaluate(() => (window.layoutShift < 0.001 ? [] : window.shifts));

// The same without the rows of a list that events flow through: on a slow machine some leave it between two pictures, and that is a
// shift. The node of one that is gone is not known.
export const jumpsBesideRows = async (page) => (await jumps(page)).filter((line) => !/ ms: (undefined|<li data-kind)/.test(line));

// Keeps a picture when SCREENSHOT_DIR names a folder for them.
export async function screenshot(page, name, options = {}) {
  const folder = process.env.SCREENSHOT_DIR;
  if (!folder) return;
  await mkdir(folder, {recursive: true});
  await page.screenshot({path: join(folder, `${name}.png`), ...options});
}
