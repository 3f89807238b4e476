import { configSample, readIni } from '@freezer/settings';
import { describe, expect, test } from '@jest/globals';
import { MANAGE_TABLE } from '../manage/manage-table.ts';
import { API_TABLE } from './api-table.ts';
import { API_TEXT } from './api-text.ts';
import { readPolicyFiles } from './policy-files.ts';
import { resolveApi } from './resolve-api.ts';
import { hostWith } from './settings-host.fixture.ts';

const CONF = '/etc/freezer/freezer-api.conf';
const KEYSTONE = '[keystone_authtoken]\nauth_url = http://k:5000/v3\nusername = freezer\npassword = pw\nproject_name = service\n';

describe('who asks', () => {
  test('nothing at all is a trial on the loopback', async () => {
    expect(await resolveApi([], hostWith())).toMatchObject({ auth: 'none', bindHost: '127.0.0.1', warnings: [] });
  });

  test('a configuration with Keystone listens everywhere', async () => {
    expect(await resolveApi([], hostWith({ [CONF]: KEYSTONE }))).toMatchObject({ auth: 'keystone', bindHost: '0.0.0.0' });
  });

  test('a configuration without Keystone does not become open by mistake', async () => {
    await expect(resolveApi([], hostWith({ [CONF]: '[DEFAULT]\nbind_port = 1\n' }))).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('no [keystone_authtoken] auth_url'),
    });
    expect(await resolveApi([], hostWith({ [CONF]: '[DEFAULT]\nauth = none\n' }))).toMatchObject({ auth: 'none' });
  });

  test.each(['0.0.0.0', '::', '192.0.2.1', 'api.example.org'])('a trial does not listen on %s', async (address) => {
    await expect(resolveApi(['--auth', 'none', '--bind-host', address], hostWith())).rejects.toMatchObject({
      code: 'invalid',
      message: `--bind-host: ${address} with auth = none; allowed: 127.0.0.1, ::1, localhost, because anybody could write there`,
    });
  });

  test.each([['::1'], ['localhost']])('a trial listens on %s', async (address) => {
    expect(await resolveApi(['--bind-host', address], hostWith())).toMatchObject({ bindHost: address });
  });
});

describe('what contradicts itself is one line', () => {
  test.each([
    [['--ssl-cert-file', '/c'], '[ssl] cert_file and [ssl] key_file belong together: one is missing'],
    [['--noenable-v1-api', '--noenable-v2-api'], 'enable_v1_api and enable_v2_api are both off: nothing would be served'],
    [['start'], "unexpected word 'start'; freezer-api --help says how it is called"],
    [['--bind-port', '70000'], '--bind-port: 70000 is more than 65535; allowed: a whole number from 0 to 65535'],
  ])('%j', async (argv, message) => {
    await expect(resolveApi(argv, hostWith())).rejects.toMatchObject({ code: 'invalid', message });
  });
});

describe('configurations of older releases', () => {
  test('1.x kept Elasticsearch below [storage], and the account under other names', async () => {
    const text = `[storage]\ndb = elasticsearch\nendpoint = http://es:9200\nindex = fz\n[keystone_authtoken]\nidentity_uri = http://k:35357/\nauth_uri = http://k:5000/\nadmin_user = freezer\nadmin_password = pw\nadmin_tenant_name = service\n`;
    const { settings, warnings } = await resolveApi([], hostWith({ [CONF]: text }));
    expect(settings).toMatchObject({
      'storage.backend': 'elasticsearch',
      'elasticsearch.hosts': ['http://es:9200'],
      'elasticsearch.index': 'fz',
      'keystone_authtoken.auth_url': 'http://k:35357/',
      'keystone_authtoken.www_authenticate_uri': 'http://k:5000/',
      'keystone_authtoken.username': 'freezer',
      'keystone_authtoken.project_name': 'service',
    });
    expect(warnings).toHaveLength(8);
  });

  test('a key that has no effect here is named, unless it says what is so anyway', async () => {
    const text = `${KEYSTONE}memcached_servers = m:11211\ninterface =\ndelay_auth_decision = true\ninclude_service_catalog = true
[database]\nslave_connection = mysql://s/f\n[centralized_scheduler]\nauth_section = keystone_authtoken\n[elasticsearch]\nmapping = x\n`;
    const { warnings } = await resolveApi([], hostWith({ [CONF]: text }));
    const named = (key: string) => expect.stringContaining(key);
    expect(warnings).toHaveLength(4);
    expect(warnings).toEqual(
      expect.arrayContaining([
        named('[elasticsearch]: unknown key mapping is ignored'),
        named('[database] slave_connection has no effect: every read sees what was written'),
        named('[keystone_authtoken] memcached_servers has no effect'),
        named('[keystone_authtoken] delay_auth_decision has no effect: who has no token gets 401'),
      ]),
    );
  });

  test('the section that auth_section names has the keys of an account, and is none that is for something else', async () => {
    const central = (name: string): string =>
      `${KEYSTONE}[centralized_scheduler]\nauth_section = ${name}\n[central]\nauth_url = http://k\nuser = c\npassword = p\n`;
    const { settings, warnings } = await resolveApi([], hostWith({ [CONF]: central('central') }));
    expect(settings).toMatchObject({ 'central.auth_url': 'http://k', 'central.username': 'c' });
    expect(warnings).toEqual([expect.stringContaining('[central] user is an old spelling of [central] username')]);
    await expect(resolveApi([], hostWith({ [CONF]: central('database') }))).rejects.toMatchObject({
      code: 'invalid',
      message: '[centralized_scheduler] auth_section: [database] holds no account; allowed: keystone_authtoken, or a section of its own',
    });
  });

  const PASTE = `[composite:main]
use = egg:Paste#urlmap
/ = appv
[pipeline:appv]
pipeline = healthcheck http_proxy_to_wsgi odd authtoken sizelimit backupapp
[filter:healthcheck]
paste.filter_factory = oslo_middleware:Healthcheck.factory
backends = disable_by_file
disable_by_file_path = /etc/freezer/healthcheck_disable
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
token_cache_time = 7
[filter:odd]
paste.filter_factory = x:y
a = b
`;

  test('of freezer-paste.ini what matters is taken, and the rest named', async () => {
    const { settings, warnings } = await resolveApi([], hostWith({ [CONF]: KEYSTONE, '/etc/freezer/freezer-paste.ini': PASTE }));
    expect(settings).toMatchObject({
      'healthcheck.disable_by_file_path': '/etc/freezer/healthcheck_disable',
      'healthcheck.backends': ['disable_by_file'],
      'keystone_authtoken.token_cache_time': 7,
      'oslo_middleware.max_request_body_size': 114_688,
    });
    expect(warnings).toEqual(['freezer-paste.ini: odd of the pipeline is not used: ours has no such part', 'freezer-paste.ini: [filter:odd] a is not used']);
  });

  test("Debian's has a second pipeline, which leads nowhere and is not spoken of", async () => {
    const second = '[pipeline:unauthenticated_freezer_api]\npipeline = http_proxy_to_wsgi healthcheck freezer_app\n';
    const main = '[pipeline:main]\npipeline = healthcheck authtoken context backupapp\n[composite:backupapp]\n/: api_versions\n/v2: appv2\n';
    const apps = '[app:api_versions]\npaste.app_factory = a:b\n[app:appv2]\npaste.app_factory = a:c\n';
    const { warnings } = await resolveApi([], hostWith({ [CONF]: KEYSTONE, '/etc/freezer/freezer-paste.ini': main + second + apps }));
    expect(warnings).toEqual([]);
  });

  test('what the configuration says counts more than the pipeline', async () => {
    const text = `${KEYSTONE}token_cache_time = 9\n[oslo_middleware]\nmax_request_body_size = 5000\n`;
    const { settings } = await resolveApi([], hostWith({ [CONF]: text, '/etc/freezer/freezer-paste.ini': PASTE }));
    expect(settings).toMatchObject({ 'keystone_authtoken.token_cache_time': 9, 'oslo_middleware.max_request_body_size': 5000 });
  });

  test('a pipeline that trusts everybody opens nothing', async () => {
    const open = '[pipeline:main]\npipeline = healthcheck context backupapp\n';
    const { auth, warnings } = await resolveApi([], hostWith({ [CONF]: KEYSTONE, '/etc/freezer/freezer-paste.ini': open }));
    expect([auth, warnings]).toEqual(['keystone', [expect.stringContaining('tokens are checked nevertheless')]]);
  });
});

describe('policy files', () => {
  const found = async (text: string, files: Readonly<Record<string, string>>): Promise<string[]> => {
    const host = hostWith({ [CONF]: KEYSTONE + text, ...files });
    return (await readPolicyFiles(await resolveApi([], host), host)).map(({ path }) => path);
  };

  test('policy.yaml is taken before policy.json, beside the configuration', async () => {
    expect(await found('', { '/etc/freezer/policy.json': '{}' })).toEqual(['/etc/freezer/policy.json']);
    expect(await found('', { '/etc/freezer/policy.json': '{}', '/etc/freezer/policy.yaml': '' })).toEqual(['/etc/freezer/policy.yaml']);
    expect(await found('', {})).toEqual([]);
  });

  test('policy.d is read behind it, by name', async () => {
    const files = {
      '/etc/freezer/policy.yaml': 'a',
      '/etc/freezer/policy.d/b.yaml': 'b',
      '/etc/freezer/policy.d/a.json': '{}',
      '/etc/freezer/policy.d/.x.yaml': 'x',
    };
    expect(await found('', files)).toEqual(['/etc/freezer/policy.yaml', '/etc/freezer/policy.d/a.json', '/etc/freezer/policy.d/b.yaml']);
  });

  test('one that is named and not there is an error', async () => {
    expect(await found('[oslo_policy]\npolicy_file = /p/own.yaml\n', { '/p/own.yaml': 'x' })).toEqual(['/p/own.yaml']);
    await expect(found('[oslo_policy]\npolicy_file = own.yaml\n', {})).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('the tables', () => {
  test.each([
    ['freezer-api', API_TABLE],
    ['freezer-manage', MANAGE_TABLE],
  ])('no key, long name or short form of %s is there twice', (_, table) => {
    const keys = table.options.map((option) => `${option.section ?? ''} ${option.key ?? option.name}`);
    const shorts = table.options.flatMap(({ short, only }) => (short === undefined || only ? [] : [short]));
    for (const list of [keys, shorts]) expect([...new Set(list)]).toEqual(list);
  });

  test('the sample changes nothing when every line is in force', async () => {
    const sample = configSample(API_TEXT);
    expect(readIni(sample, 'sample', 'oslo')).toEqual([]);
    const all = sample.replaceAll(/^#(?=\w+ =)/gm, '');
    const plain = await resolveApi(['--auth', 'none'], hostWith());
    const filled = await resolveApi(['--auth', 'none', '--config-file', '/s'], hostWith({ '/s': all }));
    expect(filled.settings).toEqual({ ...plain.settings, config_file: ['/s'] });
  });
});
