// attacker.mjs KIND OPTIONS: one kind of hostile clients in a process of its own, so that it has its own descriptors, and at
// the lowest priority: in the field an attacker does not take the server's processors. Ends when its time is over, or with
// SIGTERM, and then prints what it did and what it was answered as JSON.
import os from 'node:os';

const [kind, options] = process.argv.slice(2);
const {port, socket, scale, seconds} = JSON.parse(options);
const {start} = await import(`./${kind}.mjs`);
os.setPriority(19);
const attack = await start({web: {port}, own: {socket}}, {scale});
let ending = false;
const end = async () => {
  if (ending) return;
  ending = true;
  // An answer that does not come must not hold this process.
  await Promise.race([attack.stop(), new Promise((late) => setTimeout(late, 5000))]);
  process.stdout.write(`${JSON.stringify(attack.counts)}\n`, () => process.exit(0));
};
process.on('SIGTERM', end);
setTimeout(end, seconds * 1000);
