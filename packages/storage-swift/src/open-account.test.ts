import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { planAccount } from './open-account.ts';
import { readSwiftSettings } from './options.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'freezer-account-'));
});
afterEach(() => rm(folder, { recursive: true }));

const FILE = 'export OS_AUTH_URL=https://keystone.test/v3 OS_USERNAME=u OS_PASSWORD=p OS_PROJECT_NAME=x\n';

async function tlsOf(file: string, more: Readonly<Record<string, unknown>>): Promise<unknown> {
  const osrc = path.join(folder, 'rc');
  await writeFile(osrc, file);
  return (await planAccount(readSwiftSettings({ container: 'c', osrc, ...more }))).tls;
}

test('what servers are judged by may stand beside an osrc file, and what the file says counts first', async () => {
  expect(await tlsOf(FILE, { os_cacert: '/ca' })).toMatchObject({ cacert: '/ca' });
  expect(await tlsOf(FILE, { insecure: true })).toMatchObject({ insecure: true });
  expect(await tlsOf(`${FILE}export OS_CACERT=/own\n`, { os_cacert: '/ca' })).toMatchObject({ cacert: '/own' });
  expect(await tlsOf(FILE, { os_username: 'other', os_region_name: 'r' })).toEqual(await tlsOf(FILE, {}));
});

test('the same beside a cloud of clouds.yaml', async () => {
  const file = path.join(folder, 'clouds.yaml');
  await writeFile(file, 'clouds:\n  x:\n    auth: { auth_url: "https://keystone.test/v3", username: u, password: p, project_name: x }\n');
  const settings = readSwiftSettings({ container: 'c', os_cloud: 'x', os_client_config_file: file, os_cacert: '/ca', insecure: true });
  expect((await planAccount(settings)).tls).toEqual({ cacert: '/ca', insecure: true });
});

async function regionOf(settings: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  const plan = await planAccount(readSwiftSettings({ container: 'c', ...settings }));
  return plan.kind === 'keystone' ? plan.session.region : undefined;
}

test('a region that is given counts in place of that of an osrc file or a cloud', async () => {
  const [osrc, clouds] = [path.join(folder, 'rc'), path.join(folder, 'clouds.yaml')];
  await writeFile(osrc, `${FILE}export OS_REGION_NAME=one\n`);
  await writeFile(
    clouds,
    'clouds:\n  x:\n    region_name: one\n    auth: { auth_url: "https://keystone.test/v3", username: u, password: p, project_name: x }\n',
  );
  for (const account of [{ osrc }, { os_cloud: 'x', os_client_config_file: clouds }]) {
    expect(await regionOf(account)).toBe('one');
    expect(await regionOf({ ...account, os_region_name: 'two' })).toBe('two');
  }
  await writeFile(osrc, `export OS_CLOUD=x OS_CLIENT_CONFIG_FILE=${clouds} OS_REGION_NAME=""\n`);
  expect(await regionOf({ osrc })).toBe('one');
  expect(await regionOf({ osrc, os_region_name: 'two' })).toBe('two');
});
