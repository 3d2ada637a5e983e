// Console: any topic, read and published to by hand.

import {el} from '../../shell/dom.js';
import {statusLine} from '../../shell/status.js';
import {publishForm} from './publish_form.js';
import {afterwards, sentenceOf} from './refusals.js';
import {isToken} from '../../lib/credential.js';
import {address} from '../../lib/stream_request.js';
import {Reading} from '../../shell/reading.js';
import {Rows} from './rows.js';

export const title = 'Console';

const usual = 'hello, demo/news'; // slow enough to read, with the topic that the form publishes to
const readableRate = 20; // events a second
const isTemplate = (selector) => selector.includes('{');

// { topics, templates } of a list. A comma inside of braces belongs to a template: a/{b,c}.
function selectorsOf(text) {
  const all = text.split(/,(?![^{}]*\})/).map((each) => each.trim()).filter(Boolean);
  return {topics: all.filter((each) => !isTemplate(each)), templates: all.filter(isTemplate)};
}

// Whether a reader of these topics and patterns gets the events of `topic`.
const includes = (wanted, topic) =>
  wanted.some((each) => each === topic || each === '*' || (each.endsWith('/*') && topic.startsWith(each.slice(0, -1))));
const isPattern = (topic) => topic === '*' || topic.endsWith('/*');

export function mount(root, {query, setQuery, announce, signal}) {
  const rows = new Rows();
  const topics = el('input', {id: 'topics', value: query.get('topics') ?? usual, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'topics-hint'});
  const from = el('input', {id: 'from', value: query.get('from') ?? '', placeholder: 'now', list: 'froms', autocomplete: 'off', spellcheck: 'false'});
  // Neither in the address nor in any storage; without autocomplete no browser keeps it for the next visit.
  const token = el('input', {id: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false', maxlength: 8192, 'aria-describedby': 'token-hint token-problem', on: {input: checkToken}});
  const tokenProblem = el('span', {class: 'problem', id: 'token-problem'});
  const status = statusLine({retry: () => reading?.retry(), signal});
  const count = el('dd', null, '0');
  const rate = el('dd', null, '0');
  const cursor = el('dd', {class: 'cursor'}, '–');
  const command = el('code', {id: 'command'});
  const stop = el('button', {type: 'button', on: {click: toggle}}, 'Stop');
  const pause = el('button', {type: 'button', 'aria-pressed': 'false', on: {click: () => press(pause, (on) => { rows.paused = on; })}}, 'Pause');
  const raw = el('button', {type: 'button', 'aria-pressed': String(query.get('raw') === '1'), on: {click: () => press(raw, showRaw)}}, 'Raw');
  const filter = el('input', {id: 'filter', type: 'search', value: query.get('filter') ?? '', placeholder: 'Filter', 'aria-label': 'Show only frames that contain', on: {input: narrow}});
  const tooMany = el('p', {class: 'too-many small'});
  const form = publishForm({topic: query.get('to'), token: tokenOf, isRead, onSubscribe: addTopic, announce});
  const copy = el('button', {type: 'button', class: 'quiet', hidden: !navigator.clipboard, on: {click: copyCommand}}, 'Copy');

  root.append(
    el('h1', null, 'Console'),
    el('p', {class: 'lead'}, 'Subscribe to any topics, see every frame that arrives, and publish events.'),
    el('section', {class: 'card', 'aria-labelledby': 'reading'},
      el('h2', {id: 'reading'}, 'Subscribe'),
      el('form', {class: 'subscribe', on: {submit: (event) => { event.preventDefault(); subscribe(); }}},
        el('p', {class: 'field'}, el('label', {for: 'topics'}, 'Topics and patterns, separated by commas'), topics),
        el('p', {class: 'field'}, el('label', {for: 'from'}, 'Start after this event id, or earliest'), from,
          el('datalist', {id: 'froms'}, el('option', {value: 'earliest'}))),
        el('p', {class: 'field'}, el('label', {for: 'token'}, 'Token (optional)'), token, tokenProblem),
        el('button', {type: 'submit', class: 'primary'}, 'Subscribe'),
        el('p', {class: 'small soft hint', id: 'topics-hint'}, el('code', null, 'orders/*'), ' is a pattern: all topics that begin so. ',
          el('code', null, 'https://example.com/books/{id}'), ' is a URI template.'),
        el('p', {class: 'small soft hint', id: 'token-hint'}, 'Sent as ', el('code', null, 'Authorization: Bearer'),
          ' when you subscribe and when you publish. It stays in the memory of this page. A cookie needs no field: the browser sends it.')),
      el('div', {class: 'console-head'}, status.element,
        el('div', {class: 'buttons'}, filter, raw, pause, el('button', {type: 'button', on: {click: () => rows.clear()}}, 'Clear'), stop)),
      rows.element,
      tooMany,
      el('dl', {class: 'figures'}, [['Events', count], ['Per second', rate], ['Cursor', cursor]].map(([name, value]) => el('div', null, el('dt', null, name), value))),
      el('div', {class: 'command'}, el('pre', null, command), copy)),
    el('section', {class: 'card', 'aria-labelledby': 'publishing'},
      el('h2', {id: 'publishing'}, 'Publish'),
      form.element));

  let reading = null;
  let subscribed = {topics: [], templates: []};
  let events = 0;
  let before = 0;
  let stopped = false;

  // cursor: the id to start after, "earliest", or nothing for new events only.
  function subscribe(cursor = from.value) {
    reading?.close();
    subscribed = selectorsOf(topics.value);
    form.suggest(subscribed.topics.find((topic) => !isPattern(topic)) ?? 'hello');
    tooMany.textContent = '';
    setQuery({topics: topics.value === usual ? null : topics.value, from: from.value || null});
    events = before = 0;
    rows.clear();
    const header = tokenOf() ? '-H "Authorization: Bearer $TOKEN" ' : '';
    command.textContent = `curl -N ${header}'${location.origin}${address(subscribed, from.value)}'`.replaceAll('%2F', '/');
    stopped = false;
    stop.textContent = 'Stop';
    reading = new Reading({...subscribed, cursor, token: tokenOf, onFrames: take, onState: tell});
  }

  // Whether the list may show the events of this topic: what a template matches, the server knows.
  function isRead(topic) {
    return includes(subscribed.topics, topic) || subscribed.templates.length > 0;
  }

  function tell(state, details = {}) {
    if (state !== 'refused') return status.show(state, details);
    const sentence = details.sentence ?? sentenceOf(details, tokenOf() !== '');
    return status.show(state, {...details, sentence, problem: details.reason ? afterwards : details.problem});
  }

  // What is no token is not sent, and said beside the field.
  function tokenOf() {
    const text = token.value.trim();
    return isToken(text) ? text : '';
  }

  function checkToken() {
    const wrong = token.value.trim() !== '' && tokenOf() === '';
    tokenProblem.textContent = wrong ? 'Not sent: a token has no spaces and only ASCII characters.' : '';
    if (wrong) token.setAttribute('aria-invalid', 'true');
    else token.removeAttribute('aria-invalid');
  }

  function take(frames) {
    events += frames.reduce((sum, frame) => sum + (frame.data !== undefined ? 1 : 0), 0);
    rows.add(frames);
  }

  // A few times a second are enough for numbers.
  const numbers = setInterval(() => {
    count.textContent = events.toLocaleString();
    cursor.textContent = reading?.cursor || '–';
  }, 250);
  const rates = setInterval(() => {
    const now = events - before;
    before = events;
    rate.textContent = now.toLocaleString();
    tooMany.textContent = !stopped && now > readableRate
      ? `${now.toLocaleString()} events per second are too many to read. Pause the list, filter it, or subscribe to fewer topics.` : '';
  }, 1000);

  function toggle() {
    stopped = !stopped;
    stop.textContent = stopped ? 'Resume' : 'Stop';
    if (!stopped) return reading.retry(); // after the last id seen
    tooMany.textContent = '';
    reading.close();
    return status.show('closed');
  }

  // Subscribes again with one topic more, after the last id seen.
  function addTopic(topic) {
    topics.value = [...subscribed.topics, ...subscribed.templates, topic].join(', ');
    subscribe(reading.cursor);
    announce(`Subscribed to ${topic}`);
  }

  function press(button, act) {
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(on));
    act(on);
  }

  function showRaw(on) {
    rows.raw = on;
    setQuery({raw: on ? '1' : null});
  }

  function narrow() {
    rows.filter = filter.value;
    setQuery({filter: filter.value || null});
  }

  async function copyCommand() {
    await navigator.clipboard.writeText(command.textContent).then(() => announce('Copied'), () => announce('The browser did not allow it'));
  }

  signal.addEventListener('abort', () => {
    reading?.close();
    rows.close();
    clearInterval(numbers);
    clearInterval(rates);
  });
  rows.raw = query.get('raw') === '1';
  rows.filter = filter.value;
  subscribe();
}
