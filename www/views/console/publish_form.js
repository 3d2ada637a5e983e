// The publish form: one event, as any backend sends it. What the server refuses is said beside the field it names.

import {el} from '../../shell/dom.js';
import {describe} from '../../lib/answer.js';
import {sentenceOf} from './refusals.js';

const fields = ['topic', 'data', 'event', 'id', 'key', 'retry', 'close', 'private'];

// Returns { element, suggest(topic) }: suggest fills in the topic unless the person has typed one. topic: the topic to begin with,
// or null. token(): the token of the request, if there is one. isRead(topic): whether the list above shows the events of this topic.
// onSubscribe(topic): called when the person asks to subscribe to it. announce(text): called with the result.
export function publishForm({topic, token, isRead, onSubscribe, announce}) {
  let typed = topic !== null;
  const inputs = {
    topic: el('input', {id: 'to', value: topic, on: {input: () => { typed = true; }}, required: true, autocomplete: 'off'}),
    event: el('input', {id: 'type', placeholder: 'message', autocomplete: 'off'}),
    id: el('input', {id: 'own-id', autocomplete: 'off'}),
    key: el('input', {id: 'key', autocomplete: 'off'}),
    data: el('textarea', {id: 'data', rows: 4}),
  };
  inputs.data.value = '{"hello":"world"}';
  const json = el('input', {id: 'json', type: 'checkbox', checked: true});
  const close = el('input', {id: 'closes', type: 'checkbox'});
  const isPrivate = el('input', {id: 'private', type: 'checkbox'});
  const result = el('p', {class: 'result small', role: 'status'});
  const unread = el('p', {class: 'unread small'});
  const problems = {};

  const field = (name, label) => {
    problems[name] = el('span', {class: 'problem', id: `${name}-problem`});
    inputs[name].setAttribute('aria-describedby', `${name}-problem`);
    return el('p', {class: `field field-${name}`}, el('label', {for: inputs[name].id}, label), inputs[name], problems[name]);
  };
  const form = el('form', {class: 'publish', novalidate: true, on: {submit}},
    field('topic', 'Topics, separated by commas'), field('event', 'Event type'), field('id', 'Event id (optional)'), field('key', 'Key (optional)'),
    field('data', 'Data'),
    el('p', {class: 'check'}, json, el('label', {for: 'json'}, 'Data is JSON')),
    el('p', {class: 'check'}, close, el('label', {for: 'closes'}, 'This is the last event: close the topic')),
    el('p', {class: 'check'}, isPrivate, el('label', {for: 'private'}, 'Private: only for those to whom a topic of it is granted')),
    el('button', {type: 'submit', class: 'primary'}, 'Publish'),
    result, unread);
  inputs.data.addEventListener('input', checkJson);
  json.addEventListener('change', checkJson);
  return {
    element: form,
    suggest: (name) => { if (!typed) inputs.topic.value = name; },
  };

  function show(name, text) {
    problems[name].textContent = text;
    if (text) inputs[name].setAttribute('aria-invalid', 'true');
    else inputs[name].removeAttribute('aria-invalid');
  }

  // The data as it goes out, or undefined with the mistake beside the field.
  function checkJson() {
    show('data', '');
    if (!json.checked) return inputs.data.value;
    try {
      JSON.parse(inputs.data.value);
      return inputs.data.value;
    } catch (error) {
      show('data', `Not JSON: ${error.message}`);
      return undefined;
    }
  }

  async function submit(happening) {
    happening.preventDefault();
    for (const name of Object.keys(problems)) show(name, '');
    result.textContent = '';
    unread.replaceChildren();
    const data = checkJson();
    if (data === undefined) return inputs.data.focus();
    const event = {topic: inputs.topic.value.split(',').map((each) => each.trim()).filter(Boolean), data};
    for (const name of ['event', 'id', 'key']) if (inputs[name].value) event[name] = inputs[name].value;
    if (close.checked) event.close = 1;
    if (isPrivate.checked) event.private = true;
    const held = token();
    const headers = {'Content-Type': 'application/json', ...(held && {Authorization: `Bearer ${held}`})};
    try {
      const answer = await fetch('/publish', {method: 'POST', headers, body: JSON.stringify(event)});
      const text = await answer.text();
      if (answer.ok) {
        result.textContent = kept(answer.status, text);
        if (!event.topic.some(isRead)) offer(event.topic[0]);
      } else refused(describe(answer.status, text), sentenceOf(answer, held));
    } catch {
      result.textContent = 'The server did not answer. It is unknown whether the event was stored.';
    }
    announce(result.textContent);
  }

  // Says why the published event does not appear in the list above, and offers to subscribe to its topic.
  function offer(name) {
    unread.append(`The list above does not show it, because it is not subscribed to ${name}. `,
      el('button', {type: 'button', class: 'quiet', on: {click: () => { unread.replaceChildren(); onSubscribe(name); inputs.topic.focus(); }}}, `Subscribe to ${name}`));
  }

  // A good status may be somebody else's: a page to log in, say.
  function kept(status, text) {
    try {
      const {id} = JSON.parse(text);
      if (id !== undefined) return `Stored with the id ${id}`;
    } catch {
      // said below
    }
    return `The answer has no id: ${describe(status, text)}`;
  }

  // "FIELD: what is wrong" belongs to its field.
  function refused(problem, sentence) {
    const named = fields.find((name) => problem.startsWith(`${name}: `));
    if (named && problems[named]) {
      show(named, problem);
      inputs[named].focus();
    } else {
      result.textContent = sentence ? `${sentence}. ${problem}` : problem;
    }
  }
}
