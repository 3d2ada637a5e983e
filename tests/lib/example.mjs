// The programs of deploy/examples behind nginx and the worker, as their README and the pages of docs/ start them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {defer, temporaryDirectory} from './cleanup.mjs';
import {binary, root} from './places.mjs';
import {freePort} from './port.mjs';
import {Process, run} from './process.mjs';
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

// Runs the commands of a page, on free ports and with `make run` that does not build: `server` is the file that they must name. What
// their `curl -N` prints must have a line that grep finds by `shows`. In the end everything that was started ends.
export async function runCommands(t, code, {server, shows}) {
  const [port, app, directory] = [await freePort(), await freePort(), temporaryDirectory(t)];
  const conf = path.join(directory, 'server.conf');
  fs.writeFileSync(conf, serverLines(server, app));
  const here = code
    .replace(/python3 deploy\/examples\/(\w+\.py)/, (_, file) => `EVENTS=http://127.0.0.1:${port} python3 ${examples}/${file} ${app}`)
    .replace(/^make run SERVER=(\S+) CONFIG=(\S+) FEED=off/m, (_, named, config) => {
      assert.equal(named, `deploy/examples/${server}`);
      return `SERVER=${conf} CONFIG=${path.join(root, config)} FEED=off PORT=${port} ${root}/deploy/local/run`;
    })
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`);
  const show = here.replace(/^curl -N (.*) & sleep (\d)$/m, 'curl -sN $1 >said & sleep $2');
  assert.notEqual(show, here);
  const look = `for n in {1..200}; do grep -q '${shows}' said && echo SHOWN && break; sleep 0.1; done; kill $(jobs -p); wait`;
  const {stdout, stderr} = await run('bash', ['-c', `${show}\n${look}`], {cwd: directory, ms: 90_000, env: {...process.env, BUILD: path.dirname(binary)}});
  assert.match(stdout, /^SHOWN$/m, `${stdout}${stderr}`);
  fs.rmSync(path.join(root, '.run', String(port)), {recursive: true, force: true});
}
