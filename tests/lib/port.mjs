// A TCP port on the loopback that nobody listens on. It is below those that the kernel gives to clients, of which some tests take
// thousands, and begins anywhere among them. Between this look and the server that listens another test would look, too: so the port
// is this process's until it ends, by a file of that name in a folder that all tests of the machine share.
import fs from 'node:fs';
import net from 'node:net';
import {once} from 'node:events';
import os from 'node:os';
import path from 'node:path';

const [first, count] = [12_000, 20_000];
const folder = path.join(os.tmpdir(), 'sse-worker-test-ports');
const mine = [];
process.on('exit', () => mine.forEach((file) => fs.rmSync(file, {force: true})));

const runs = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

// Of a file that may be new, or gone meanwhile: this process, which runs.
const ownerOf = (file) => {
  try {
    return Number(fs.readFileSync(file, 'utf8')) || process.pid;
  } catch {
    return process.pid;
  }
};

// False where another process has it. What a process left that ended without its exit handler is removed for those who come later.
function take(port) {
  const file = path.join(folder, String(port));
  fs.mkdirSync(folder, {recursive: true});
  try {
    fs.writeFileSync(file, String(process.pid), {flag: 'wx'});
    mine.push(file);
    return true;
  } catch {
    if (!runs(ownerOf(file))) fs.rmSync(file, {force: true});
    return false;
  }
}

export async function freePort() {
  const begin = Math.floor(Math.random() * count);
  for (let n = 0; n < count; ++n) {
    const port = first + ((begin + n) % count);
    if (!take(port)) continue;
    const server = net.createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(() => true, () => false);
    await new Promise((done) => server.close(done));
    if (free) return port;
  }
  throw new Error(`no free port between ${first} and ${first + count - 1}`);
}
