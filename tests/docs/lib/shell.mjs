// Runs a shell block of a page as a reader pastes it, against a worker behind nginx on `port`: every command must succeed, and
// what the page says a command prints must be printed.
import fs from 'node:fs';
import path from 'node:path';
import {binary} from '../../lib/places.mjs';
import {run} from '../../lib/process.mjs';

// curl with two differences: it fails where the server refuses, and a stream that is read (-N) ends once its response has begun and
// either an event has come or STREAM_SECONDS have passed. One that is sent (-T) ends with its input.
const curl = `#!/usr/bin/env bash
set -u
command=(/usr/bin/curl -sS --fail-with-body -m 60)
[[ " $* " =~ \\ -[a-zA-Z]*N[a-zA-Z]*\\  && " $* " != *" -T "* ]] || exec "\${command[@]}" "$@"
got=$(mktemp) head=$(mktemp)
trap 'rm -f "$got" "$head"' EXIT
"\${command[@]}" -D "$head" "$@" >"$got" &
ticks=0
while kill -0 $! 2>/dev/null; do
  if grep -q '^data:' "$got" || { [[ -s $head ]] && ((++ticks > STREAM_SECONDS * 20)); }; then kill $! && stopped=yes; break; fi
  sleep 0.05
done
wait $!; status=$?
cat "$got"
[[ \${stopped-} != yes ]] || status=$(grep -q '^HTTP/1.1 200' "$head"; echo $?)
# The shell does not look at what runs in the background.
((status == 0)) || { echo "curl $*: $(head -1 "$head")" >>"$(dirname "$0")/failed"; exit "$status"; }
`;

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const pattern = (text) =>
  text.split('…').map((part) => escaped(part).replace(/[0-9a-f]{13}-\d+/g, '[0-9a-f]+-\\d+').replace(/^-\d+/, '[0-9a-f]+-\\d+')).join('.*?');

// What the page says is printed: comments that begin with `{`, in their order, with `…` for anything and another epoch and
// sequence in ids.
export function expected(code) {
  const comments = [...code.matchAll(/(?:^|\s)# (\{.*?)\s*$/gm)].map(([, text]) => text);
  return comments.length === 0 ? undefined : new RegExp(comments.map(pattern).join('[^]*?'));
}

const here = (code, port) => code.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`).replace(/127\.0\.0\.1(?=\/)/g, `127.0.0.1:${port}`);

// Undefined, or why the block does not do what the page says.
export async function failure(code, {port, directory, cwd, ms = 60_000}) {
  fs.writeFileSync(path.join(directory, 'curl'), curl, {mode: 0o755});
  const failed = path.join(directory, 'failed');
  const wanted = expected(code);
  const env = {...process.env, PATH: `${directory}:${path.dirname(binary)}:${process.env.PATH}`, STREAM_SECONDS: /^curl -\w*N.*# \{/m.test(code) ? '20' : '1'};
  const {code: status, stdout, stderr} = await run('bash', ['-euo', 'pipefail', '-c', `${here(code, port)}\nwait`], {env, cwd, ms});
  const said = `\n${stdout}${stderr}`;
  if (status !== 0) return `ends with ${status}:${said}`;
  if (fs.existsSync(failed)) return `fails in the background: ${fs.readFileSync(failed, 'utf8')}${said}`;
  if (wanted && !wanted.test(stdout)) return `does not print ${wanted}:${said}`;
  return undefined;
}
