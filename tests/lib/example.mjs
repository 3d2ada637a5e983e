// A program of deploy/examples behind nginx and the worker, as its README starts it.
import fs from 'node:fs';
import path from 'node:path';
import {defer} from './cleanup.mjs';
import {root} from './places.mjs';
import {freePort} from './port.mjs';
import {Process} from './process.mjs';
import {Stack} from './stack.mjs';
import {until} from './wait.mjs';

export const examples = path.join(root, 'deploy/examples');

// Lines for nginx's server block, with the program on another port.
export const serverLines = (file, port) => fs.readFileSync(path.join(examples, file), 'utf8').replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`);

// command: such as ['node', 'chat.mjs'], and `args` behind its port. `server`, the file with the lines; `config`, that of the worker; `page`, the
// path of its page. `folder`: where the program is, if it is a copy. Gives {stack, program}.
export async function startExample(t, [command, file], {server, page, config = 'chat.yaml', folder = examples, args = []}) {
  const port = await freePort();
  const stack = await Stack.start({config: path.join(examples, config), server: serverLines(server, port)});
  defer(t, () => stack.stop());
  const program = new Process(command, [path.join(folder, file), String(port), ...args], {env: {...process.env, EVENTS: stack.origin}});
  defer(t, () => program.stop('SIGKILL'));
  await until(() => fetch(`http://127.0.0.1:${port}${page}`).then(({ok}) => ok, () => false), 'the program answers');
  return {stack, program};
}
