// TLS in front of a system: what the shipped server for TLS has and the one without TLS has not, so that both systems that are
// compared get the same, with a certificate of its own on a port of its own.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {root} from '../../lib/places.mjs';
import {freePort} from '../../lib/port.mjs';
import {makeCertificate} from '../certificate.mjs';
import {results} from '../results.mjs';

// Directives of the first server, without their comments and up to the locations, which are no matter of TLS.
function directives(name) {
  const text = readFileSync(join(root, 'deploy/nginx', name), 'utf8');
  const server = text.slice(text.indexOf('server {'), text.indexOf('include snippets/'));
  return server.split('\n').slice(1).map((line) => line.replace(/#.*/, '').trim()).filter(Boolean);
}

// { port, lines: text for a server block that listens somewhere else without TLS }. nginx refuses to start where the two shipped
// servers set something differently: then this is not what is shipped.
export async function overTls() {
  const port = await freePort();
  const {key, certificate} = makeCertificate(results);
  const plain = directives('sse-worker.site.conf');
  const lines = directives('sse-worker.site-tls.conf').filter((line) => !plain.includes(line) && !line.startsWith('listen [') && !line.startsWith('server_name '))
    .map((line) => line
      .replace('listen 443', `listen 127.0.0.1:${port}`)
      .replace(/^ssl_certificate .*/, `ssl_certificate ${certificate};`)
      .replace(/^ssl_certificate_key .*/, `ssl_certificate_key ${key};`));
  return {port, lines: `${lines.join('\n')}\n`};
}
