// A Redis over TLS, with a certificate of an authority of the test's own.
import {Authority} from './authority.mjs';
import {temporaryDirectory} from './cleanup.mjs';
import {freePort} from './port.mjs';
import {startRedis} from './redis.mjs';

// A Redis that speaks TLS alone on TCP, and what a configuration needs to trust it.
export async function startTls(t, {clients = 'no', names, options = ['--appendonly', 'yes']} = {}) {
  const folder = temporaryDirectory(t);
  const authority = new Authority(folder);
  const server = authority.issue('redis', names);
  const port = await freePort();
  const redis = await startRedis(t, [...options, '--tls-port', String(port), '--tls-cert-file', server.certificate,
    '--tls-key-file', server.key, '--tls-ca-cert-file', authority.certificate, '--tls-auth-clients', clients]);
  const store = {kind: 'redis', url: `rediss://127.0.0.1:${port}`, tls: {ca_file: authority.certificate}};
  return {folder, authority, server, redis, port, store};
}
