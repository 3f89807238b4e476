import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readCloud } from './clouds.ts';
import { Secret } from './secret.ts';

let folder: string;
let search: { readonly variables: Record<string, string>; readonly workingFolder: string };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clouds-'));
  search = { variables: { HOME: join(folder, 'home') }, workingFolder: join(folder, 'here') };
  await mkdir(join(folder, 'here'));
  await mkdir(join(folder, 'home/.config/openstack'), { recursive: true });
});

afterEach(() => rm(folder, { recursive: true }));

const write = (path: string, text: string) => writeFile(join(folder, path), text);
const alpha = `
    auth:
      auth_url: http://k/v3
      username: alice
      project_name: alpha
`;

test('a cloud with its secrets in a file of their own', async () => {
  await write(
    'here/clouds.yaml',
    `clouds:\n  one:${alpha}    region_name: R\n    interface: internal\n    verify: false\n    object_store_endpoint_override: http://swift\n`,
  );
  await write('home/.config/openstack/secure.yaml', 'clouds: {one: {auth: {password: 0123}}, two: {auth: {password: x}}}');
  expect(await readCloud(search)).toEqual({
    authUrl: 'http://k/v3',
    credentials: { method: 'password', user: { name: 'alice' }, password: new Secret('0123') },
    scope: { kind: 'project', name: 'alpha' },
    region: 'R',
    interface: 'internal',
    tls: { insecure: true },
    endpointOverrides: { 'object-store': 'http://swift' },
  });
});

test('the place of the file: named, by the environment, here, in the home', async () => {
  const text = (name: string) => `clouds:\n  ${name}:\n    auth: {auth_url: http://${name}, username: u, password: p}\n`;
  await write('home/.config/openstack/clouds.yml', text('home'));
  expect((await readCloud(search)).authUrl).toBe('http://home');
  await write('here/clouds.json', '{"clouds": {"here": {"auth": {"auth_url": "http://here", "username": "u", "password": "p"}}}}');
  expect((await readCloud(search)).authUrl).toBe('http://here');
  await write('set.yaml', text('set'));
  const variables = { ...search.variables, OS_CLIENT_CONFIG_FILE: join(folder, 'set.yaml') };
  expect((await readCloud({ ...search, variables })).authUrl).toBe('http://set');
  await write('named.yaml', text('named'));
  expect((await readCloud({ ...search, variables, path: join(folder, 'named.yaml') })).authUrl).toBe('http://named');
});

test('which cloud: named, OS_CLOUD, the only one; else it is asked', async () => {
  await write('here/clouds.yaml', `clouds:\n  one:${alpha}      password: a\n  two:${alpha}      password: b\n`);
  const password = async (more: object) => {
    const { credentials } = await readCloud({ ...search, ...more });
    return credentials.method === 'password' && Secret.of(credentials.password).reveal();
  };
  expect(await password({ cloud: 'two' })).toBe('b');
  expect(await password({ variables: { ...search.variables, OS_CLOUD: 'one' } })).toBe('a');
  const path = join(folder, 'here/clouds.yaml');
  await expect(readCloud(search)).rejects.toMatchObject({
    code: 'invalid',
    message: `read ${path}: which cloud? Name one, or set OS_CLOUD; there is one, two`,
  });
  await expect(readCloud({ ...search, cloud: 'three' })).rejects.toMatchObject({
    code: 'not_found',
    message: `read ${path}: there is no cloud 'three'; there is one, two`,
  });
});

test('regions with values of their own, and profiles', async () => {
  await write(
    'here/clouds.yaml',
    'clouds:\n  one:\n    profile: vendor\n    auth: {username: u, password: p}\n    regions:\n    - A\n    - name: B\n      values: {interface: admin, auth: {project_id: of-b}}\n',
  );
  await write('here/clouds-public.yaml', 'public-clouds: {vendor: {auth: {auth_url: "http://vendor"}, interface: internal}}');
  expect(await readCloud(search)).toMatchObject({ authUrl: 'http://vendor', region: 'A', interface: 'internal' });
  expect(await readCloud({ ...search, region: 'B' })).toMatchObject({ region: 'B', interface: 'admin', scope: { kind: 'project', id: 'of-b' } });
  await expect(readCloud({ ...search, region: 'C' })).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringMatching(/there is no region 'C'; there is A, B$/),
  });
  await rm(join(folder, 'here/clouds-public.yaml'));
  await expect(readCloud(search)).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining("the profile 'vendor' is in no clouds-public.yaml"),
  });
});

test('what is missing or wrong is told by its place, never with a value', async () => {
  await expect(readCloud({ ...search, path: join(folder, 'no.yaml') })).rejects.toMatchObject({
    code: 'not_found',
    message: `read ${join(folder, 'no.yaml')}: there is no such file`,
  });
  const path = join(folder, 'here/clouds.yaml');
  await write('here/clouds.yaml', `clouds:\n  one:${alpha}`);
  await expect(readCloud(search)).rejects.toMatchObject({ code: 'invalid', message: `password of cloud 'one' in ${path} is missing` });
  await write('here/clouds.yaml', 'clouds:\n  one:\n    auth: "s3cret');
  await expect(readCloud(search)).rejects.toMatchObject({ code: 'invalid', message: `read ${path}: line 3: the " is not closed on its line` });
  const parseYaml = () => {
    throw new TypeError('near s3cret');
  };
  await expect(readCloud({ ...search, parseYaml })).rejects.toMatchObject({ message: `read ${path}: the YAML parser refused it` });
});

test('another parser may give objects, numbers and what holds itself', async () => {
  const auth: Record<string, unknown> = { auth_url: 'http://k', username: 'u', password: 123 };
  auth['self'] = auth;
  await write('here/clouds.yaml', 'anything');
  const options = await readCloud({ ...search, parseYaml: () => ({ clouds: { one: { auth, verify: false } } }) });
  expect(options).toMatchObject({ credentials: { password: new Secret('123') }, tls: { insecure: true } });
});
