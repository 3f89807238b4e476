import { describe, expect, test } from '@jest/globals';
import { resolveApi } from '../settings/resolve-api.ts';
import { hostWith } from '../settings/settings-host.fixture.ts';
import { keystoneSessionOptions } from './session-options.ts';

const options = async (text: string) =>
  keystoneSessionOptions((await resolveApi(['--config-file', '/c'], hostWith({ '/c': `[keystone_authtoken]\nauth_url = http://k:5000\n${text}` }))).settings);

describe('[keystone_authtoken]', () => {
  test('password, by names in domains', async () => {
    const text =
      'auth_type = password\nusername = freezer\npassword = pw\nproject_name = service\nuser_domain_name = Default\nproject_domain_id = d\ncafile = /ca\n';
    expect(await options(text)).toMatchObject({
      authUrl: 'http://k:5000',
      credentials: { method: 'password', user: { name: 'freezer', domain: { name: 'Default' } }, password: 'pw' },
      scope: { kind: 'project', name: 'service', domain: { id: 'd' } },
      tls: { cacert: '/ca', insecure: false },
    });
  });

  test('an application credential has no project of its own', async () => {
    const found = await options('auth_type = v3applicationcredential\napplication_credential_id = i\napplication_credential_secret = s\nproject_name = x\n');
    expect(found).toMatchObject({ credentials: { method: 'application_credential', id: 'i', secret: 's' } });
    expect(found.scope).toBeUndefined();
  });

  test('an address that is none is told at the start', async () => {
    const { settings } = await resolveApi(['--config-file', '/c'], hostWith({ '/c': '[keystone_authtoken]\nauth_url = keystone:5000\n' }));
    expect(() => keystoneSessionOptions(settings)).toThrow("[keystone_authtoken] auth_url: 'keystone:5000' is no address; allowed: as in https://");
  });

  test('an address that is none shows no password', async () => {
    const { settings } = await resolveApi(['--config-file', '/c'], hostWith({ '/c': '[keystone_authtoken]\nauth_url = admin:s3cret@keystone:5000/v3\n' }));
    expect(() => keystoneSessionOptions(settings)).toThrow("auth_url: '***@keystone:5000/v3' is no address");
  });

  test.each([
    ['password = x\n', '[keystone_authtoken] username is missing; auth_type = password needs a user'],
    ['username = x\n', '[keystone_authtoken] password is missing; auth_type = password needs it'],
    ['auth_type = v3kerberos\n', "[keystone_authtoken] auth_type: 'v3kerberos' is unknown; allowed: password, v3password, token, v3applicationcredential"],
  ])('%j is one line', async (text, message) => {
    await expect(options(text)).rejects.toMatchObject({ code: 'invalid', message });
  });
});
