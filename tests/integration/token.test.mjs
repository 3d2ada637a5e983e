// `sse-worker token` beside another implementation: node verifies what it makes, and it explains what node makes.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {binary} from '../lib/places.mjs';
import {run} from '../lib/process.mjs';

const curves = {ES256: 'P-256', ES384: 'P-384', ES512: 'P-521'};
const algorithms = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const claims = (more) => ({exp: Math.floor(Date.now() / 1000) + 600, sse: {subscribe: ['chat/42'], publish: ['a/*']}, ...more});
const inspect = (file, token) => spawnSync(binary, ['token', '--inspect', '--config', file], {input: `${token}\n`, encoding: 'utf8', timeout: 20000});

const options = (alg, key) => ({
  key,
  ...(alg.startsWith('ES') && {dsaEncoding: 'ieee-p1363'}),
  ...(alg.startsWith('PS') && {padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST}),
});

// {config, sign, verify, arguments} of one algorithm, with new keys in files.
function keysOf(t, alg) {
  const folder = temporaryDirectory(t);
  const file = (name, text) => {
    fs.writeFileSync(path.join(folder, name), text, {mode: 0o600});
    return path.join(folder, name);
  };
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  if (alg.startsWith('HS')) {
    const secret = crypto.randomBytes(48).toString('base64');
    const source = file('secret', `${secret}\n`);
    const mac = (input) => crypto.createHmac(hash, secret).update(input).digest();
    return {source: `{secret_file: ${source}, algorithm: ${alg}}`, sign: mac, verify: (input, signature) => mac(input).equals(signature), arguments: ['--secret-file', source], file};
  }
  const generate = () => {
    if (alg === 'EdDSA') return crypto.generateKeyPairSync('ed25519');
    return alg.startsWith('ES') ? crypto.generateKeyPairSync('ec', {namedCurve: curves[alg]}) : crypto.generateKeyPairSync('rsa', {modulusLength: 2048});
  };
  const pair = generate();
  const hidden = file('private.pem', pair.privateKey.export({type: 'pkcs8', format: 'pem'}));
  const open = file('public.pem', pair.publicKey.export({type: 'spki', format: 'pem'}));
  return {
    source: `{public_key_file: ${open}, algorithm: ${alg}}`,
    sign: (input) => crypto.sign(hash, Buffer.from(input), options(alg, pair.privateKey)),
    verify: (input, signature) => crypto.verify(hash, Buffer.from(input), options(alg, pair.publicKey), signature),
    arguments: ['--key', hidden],
    file,
  };
}

for (const alg of algorithms) {
  test(`${alg}: both ways`, async (t) => {
    const keys = keysOf(t, alg);
    const config = keys.file('c.yaml', `access: {tokens: {readers: {keys: [${keys.source}]}}}\n`);
    const input = `${encode({alg})}.${encode(claims())}`;
    const said = inspect(config, `${input}.${keys.sign(input).toString('base64url')}`);
    assert.deepEqual([said.status, said.stderr], [0, '']);
    assert.match(said.stdout, new RegExp(`^algorithm: ${alg}\nsigned with: .*\nsubject: none\nmay read: chat/42\nmay publish: a/\\*\nends: .*\naccepted\n$`));

    const made = await run(binary, ['token', ...keys.arguments, '--algorithm', alg, '--subscribe', 'news', '--subject', 'bob']);
    assert.deepEqual([made.code, made.stderr], [0, '']);
    const [header, payload, signature] = made.stdout.trim().split('.');
    assert.ok(keys.verify(`${header}.${payload}`, Buffer.from(signature, 'base64url')));
    const {iat, exp, ...rest} = JSON.parse(Buffer.from(payload, 'base64url'));
    assert.deepEqual(rest, {sub: 'bob', sse: {subscribe: ['news'], publish: []}});
    assert.equal(exp - iat, 3600);
    assert.equal(inspect(config, made.stdout).status, 0);
  });
}

test('a token that would be refused: status 1 and the reason; nothing secret is printed', async (t) => {
  const keys = keysOf(t, 'HS256');
  const config = keys.file('c.yaml', `access: {tokens: {readers: {keys: [${keys.source}]}}}\n`);
  const input = `${encode({alg: 'HS256'})}.${encode(claims({exp: 1000}))}`;
  const said = inspect(config, `${input}.${keys.sign(input).toString('base64url')}`);
  assert.equal(said.status, 1);
  assert.match(said.stdout, /\nrefused: The token has expired/);
  assert.equal(inspect(config, '').status, 1);
  assert.equal(inspect(config, 'x'.repeat(100000)).status, 1);
  const none = keys.file('none.yaml', '');
  assert.match(inspect(none, 'x').stderr, /access\.tokens\.readers\.keys is empty/);
});

test('check names the line of the configuration and the key file', async (t) => {
  const keys = keysOf(t, 'ES256');
  const bad = keys.file('bad.pem', 'no key');
  const config = keys.file('c.yaml', `access:\n  tokens:\n    publishers:\n      keys:\n        - {public_key_file: ${bad}}\n`);
  const {code, stderr} = await run(binary, ['check', '--config', config, '--user', 'root']);
  assert.equal(code, 2);
  assert.equal(stderr, `${config}:5:11: access.tokens.publishers.keys[0]: ${bad}: holds no public key in PEM\n`);
});
