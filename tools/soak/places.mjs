import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../ci/step.mjs';

const lab = (name) => join(ROOT, 'tools', 'lab', `${name}.sh`);

/**
 * Where a soak stores its set: a real server in a folder of its own, on free ports.
 * @typedef {object} Place
 * @property {string} kind
 * @property {(set: string) => readonly string[]} words what every call of the agent gets; each set has a container of its own
 * @property {Readonly<Record<string, string>>} environment
 * @property {readonly string[]} backupWords what every backup gets besides, so that data is cut in pieces
 * @property {number} largeBytes of a file that a piece is smaller than; 0: there is none
 * @property {(set: string) => Promise<readonly string[]>} names every name in the container, folders of file systems with a slash at their end
 * @property {(set: string) => Promise<readonly string[]>} uploads uploads that were begun and not ended
 * @property {() => void} stop ends the server
 */

/** A folder of this host. @param {string} folder @returns {Place} */
export function local(folder) {
  const store = (set) => join(folder, set);
  return { ...files('local', store), words: (set) => ['--storage', 'local', '--container', store(set)], environment: {}, stop: () => undefined };
}

function files(kind, store) {
  return { kind, environment: {}, backupWords: [], largeBytes: 0, names: async (set) => namesBelow(store(set)), uploads: async () => [] };
}

/** Every path below a folder, which may be absent; of folders with a slash at its end. */
export function namesBelow(folder, name = '') {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const rest = `${name}${entry.name}`;
    return entry.isDirectory() ? [`${rest}/`, ...namesBelow(join(folder, entry.name), `${rest}/`)] : [rest];
  });
}

function run(script, folder, environment) {
  execFileSync(lab(script), ['start', folder], { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'inherit'] });
  return () => void spawnSync(lab(script), ['stop', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const factsOf = (folder) => JSON.parse(readFileSync(join(folder, 'lab.json'), 'utf8'));
const variablesOf = (file) => Object.fromEntries([...readFileSync(file, 'utf8').matchAll(/(\w+)='([^']*)'/g)].map(([, name, value]) => [name, value]));

/** @param {string} folder @returns {Promise<Place>} */
async function ssh(folder) {
  const server = join(folder, 'sshd');
  const stop = run('ssh', server, { SSH_PORT: `${await freePorts(1)}` });
  const { host, port, username, key, known_hosts } = factsOf(server);
  const store = (set) => join(folder, set);
  const account = ['--storage', 'ssh', '--ssh-host', host, '--ssh-port', `${port}`, '--ssh-username', username];
  return {
    ...files('ssh', store),
    words: (set) => [...account, '--ssh-key', key, '--ssh-known-hosts', known_hosts, '--container', store(set)],
    stop,
  };
}

async function startFtp(folder) {
  const server = join(folder, 'servers');
  chmodSync(folder, 0o755);
  const port = await freePorts(3);
  return { stop: run('ftp', server, { FTP_PORT: `${port}` }), ...factsOf(server) };
}

/** @param {string} folder @returns {Promise<Place>} */
async function ftp(folder, kind = 'ftp') {
  const { host, port, username, password, home, cacert, stop } = await startFtp(folder);
  const store = (set) => join(home, set);
  const account = [
    '--storage',
    kind,
    '--ftp-host',
    host,
    '--ftp-port',
    `${port}`,
    '--ftp-username',
    username,
    ...(kind === 'ftps' ? ['--ftp-cacert', cacert] : []),
  ];
  return { ...files(kind, store), words: (set) => [...account, '--container', store(set)], environment: { FTP_PASSWORD: password }, stop };
}

const ftps = (folder) => ftp(folder, 'ftps');

async function startSwift(folder) {
  const server = join(folder, 'server');
  const stop = run('swift', server, { SWIFT_PORT: `${await freePorts(5)}`, KEYSTONE_PORT: `${await freePorts(1)}` });
  return { server, stop };
}

/** @param {string} folder @returns {Promise<Place>} */
async function swift(folder) {
  const { server, stop } = await startSwift(folder);
  const environment = variablesOf(join(server, 'swift.rc'));
  return {
    kind: 'swift',
    words: (set) => ['--storage', 'swift', '--container', set],
    environment,
    backupWords: ['--max-segment-size', '100K'],
    largeBytes: 0,
    names: async (set) => await namesInSwift(environment, set),
    uploads: async () => [],
    stop,
  };
}

/** @param {string} folder @returns {Promise<Place>} */
async function s3(folder) {
  const stop = run('s3', folder, { S3_PORT: `${await freePorts(1)}` });
  const environment = variablesOf(join(folder, 's3.rc'));
  const asked = async (path) => await (await fetch(`${environment.ENDPOINT}/${path}`)).text();
  const names = async (set) => {
    const found = [];
    for (let more = ''; ; ) {
      const page = await asked(`${set}?list-type=2${more}`);
      found.push(...[...page.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, name]) => name.replaceAll('&amp;', '&')));
      const [, token] = /<NextContinuationToken>([^<]*)</.exec(page) ?? [];
      if (token === undefined) return found;
      more = `&continuation-token=${encodeURIComponent(token)}`;
    }
  };
  return {
    ...parts('s3', environment),
    names,
    uploads: async (set) => [...(await asked(`${set}?uploads`)).matchAll(/<Upload>.*?<Key>([^<]*)<\/Key>/gs)].map(([, name]) => name),
    stop,
  };
}

/** @param {string} folder @returns {Promise<Place>} */
async function swiftS3(folder) {
  const { server, stop } = await startSwift(folder);
  const account = variablesOf(join(server, 'swift.rc'));
  return {
    ...parts('swift-s3', variablesOf(join(server, 's3.rc'))),
    names: async (set) => await namesInSwift(account, set),
    // What was begun lies there as an object without a part number, and the parts beside it.
    uploads: async (set) => await namesInSwift(account, `${set}+segments`, true),
    stop,
  };
}

/** S3 takes no part below 5 MiB. */
function parts(kind, { ENDPOINT, ACCESS_KEY, SECRET_KEY }) {
  return {
    kind,
    words: (set) => ['--storage', 's3', '--container', set],
    environment: { ENDPOINT, ACCESS_KEY, SECRET_KEY },
    backupWords: ['--compression', 'none', '--max-segment-size', '5M'],
    largeBytes: 12_000_000,
  };
}

/** @param {boolean} openUploads the uploads of S3 alone, which are `NAME/UPLOAD` and, of a part, `NAME/UPLOAD/NUMBER` */
async function namesInSwift({ OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME }, container, openUploads = false) {
  const domain = { id: 'default' };
  const identity = { methods: ['password'], password: { user: { name: OS_USERNAME, domain, password: OS_PASSWORD } } };
  const login = await fetch(`${OS_AUTH_URL}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: OS_PROJECT_NAME, domain } } } }),
  });
  const { token } = await login.json();
  const { url } = token.catalog.find(({ type }) => type === 'object-store').endpoints.find((endpoint) => endpoint.interface === 'public');
  const found = [];
  for (let marker = ''; ; marker = found.at(-1)) {
    const page = await fetch(`${url}/${container}?marker=${encodeURIComponent(marker)}`, { headers: { 'x-auth-token': login.headers.get('x-subject-token') } });
    if (page.status === 404) return [];
    if (!page.ok) throw new Error(`the list of ${container} was answered by ${page.status}`);
    const names = (await page.text()).split('\n').filter((name) => name !== '');
    if (names.length === 0) return openUploads ? found.filter((name) => !/\/\d+$/.test(name)) : found;
    found.push(...names);
  }
}

/** The first of so many ports in a row that nobody has now; below those that the system gives to clients, of which one may come before the server. */
async function freePorts(count) {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const row = await Promise.all(Array.from({ length: count }, (_, at) => listening(port + at)));
    for (const server of row) if (server) await new Promise((resolve) => server.close(resolve));
    if (!row.includes(undefined)) return port;
  }
}

/** Undefined when somebody else has the port. */
function listening(port) {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** By the word of `--storage`, and `swift-s3`, which is the S3 of Swift. */
export const PLACES = { local, ssh, ftp, ftps, swift, s3, 'swift-s3': swiftS3 };
