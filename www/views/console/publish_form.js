// The publish form: one event, as any backend sends it. What the server refuses is said beside the field it names.

import { el } from '../../shell/dom.js';
import { describe } from '../../lib/answer.js';

const fields = ['topic', 'data', 'event', 'id', 'key', 'retry', 'close'];

// Returns the form; announce(text) is told how it went. topic: what stands there at first.
export function publishForm({ topic, announce }) {
  const inputs = {
    topic: el('input', { id: 'to', value: topic, required: true, autocomplete: 'off' }),
    event: el('input', { id: 'type', placeholder: 'message', autocomplete: 'off' }),
    id: el('input', { id: 'own-id', autocomplete: 'off' }),
    key: el('input', { id: 'key', autocomplete: 'off' }),
    data: el('textarea', { id: 'data', rows: 4 }),
  };
  inputs.data.value = '{"hello":"world"}';
  const json = el('input', { id: 'json', type: 'checkbox', checked: true });
  const close = el('input', { id: 'closes', type: 'checkbox' });
  const result = el('p', { class: 'result small', role: 'status' });
  const problems = {};

  const field = (name, label) => {
    problems[name] = el('span', { class: 'problem', id: `${name}-problem` });
    inputs[name].setAttribute('aria-describedby', `${name}-problem`);
    return el('p', { class: `field field-${name}` }, el('label', { for: inputs[name].id }, label), inputs[name], problems[name]);
  };
  const form = el('form', { class: 'publish', novalidate: true, on: { submit } },
    field('topic', 'Topics, with commas between'), field('event', 'Event'), field('id', 'Id of your own'), field('key', 'Key of the value'),
    field('data', 'Data'),
    el('p', { class: 'check' }, json, el('label', { for: 'json' }, 'Data is JSON')),
    el('p', { class: 'check' }, close, el('label', { for: 'closes' }, 'The last event: close the topic')),
    el('button', { type: 'submit', class: 'primary' }, 'Publish'),
    result);
  inputs.data.addEventListener('input', checkJson);
  json.addEventListener('change', checkJson);
  return form;

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
    const data = checkJson();
    if (data === undefined) return inputs.data.focus();
    const event = { topic: inputs.topic.value.split(',').map((each) => each.trim()).filter(Boolean), data };
    for (const name of ['event', 'id', 'key']) if (inputs[name].value) event[name] = inputs[name].value;
    if (close.checked) event.close = 1;
    try {
      const answer = await fetch('/publish', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(event) });
      const text = await answer.text();
      if (answer.ok) result.textContent = kept(answer.status, text);
      else refused(describe(answer.status, text));
    } catch {
      result.textContent = 'No answer: the server is away. Nothing is known of the event.';
    }
    announce(result.textContent);
  }

  // A good status may be somebody else's: a page to log in, say.
  function kept(status, text) {
    try {
      const { id } = JSON.parse(text);
      if (id !== undefined) return `Kept as ${id}`;
    } catch {
      // said below
    }
    return `No id came, but ${describe(status, text)}`;
  }

  // "FIELD: what is wrong" belongs to its field.
  function refused(problem) {
    const named = fields.find((name) => problem.startsWith(`${name}: `));
    if (named && problems[named]) {
      show(named, problem);
      inputs[named].focus();
    } else {
      result.textContent = problem;
    }
  }
}
