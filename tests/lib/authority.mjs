// A certificate authority of a test's own, and certificates that it signs.
import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

const openssl = (...words) => execFileSync('openssl', words, {stdio: ['ignore', 'ignore', 'pipe']});
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export class Authority {
  constructor(folder, name = 'authority') {
    Object.assign(this, {folder, name});
    openssl('req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`, '-keyout', this.#file('key'), '-out', this.certificate);
  }

  #file(ending) {
    return join(this.folder, `${this.name}.${ending}`);
  }

  get certificate() {
    return this.#file('crt');
  }

  // {certificate, key}: files. `names`: as in `DNS:redis.example,IP:127.0.0.1`. With 0 days the certificate expires at once.
  issue(name, names = 'IP:127.0.0.1', {days = 2} = {}) {
    const [key, request, extensions, certificate] = ['key', 'csr', 'ext', 'crt'].map((ending) => join(this.folder, `${name}.${ending}`));
    openssl('req', '-new', ...newKey, '-subj', `/CN=${name}`, '-keyout', key, '-out', request);
    writeFileSync(extensions, `subjectAltName=${names}\n`);
    openssl('x509', '-req', '-in', request, '-CA', this.certificate, '-CAkey', this.#file('key'), '-CAcreateserial', '-days', String(days),
      '-extfile', extensions, '-out', certificate);
    return {certificate, key};
  }
}
