// A key and a certificate that it signs itself, made anew in `folder`: the load client checks none.
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';

export function makeCertificate(folder) {
  const [key, certificate] = ['tls.key', 'tls.crt'].map((name) => join(folder, name));
  // As most public certificates are by now; of RSA a handshake would be dearer for the server.
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-keyout', key, '-out', certificate], {stdio: ['ignore', 'ignore', 'pipe']});
  return {key, certificate};
}
