import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Place } from './harness/place.ts';
import { api, manage } from './harness/service.ts';

let place: Place;
beforeAll(() => {
  place = new Place();
});
afterAll(() => place.remove());

describe('freezer-api', () => {
  test('--version and --help', () => {
    expect(api(place, ['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    const { code, out } = api(place, ['--help']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^Usage: freezer-api \[options\]\n/)]);
    for (const option of ['--bind-host', '--bind-port', '--config-file', '--log-file', '--workers', '--auth keystone|none']) expect(out).toContain(option);
  });

  test('config-sample and man', () => {
    expect(api(place, ['config-sample']).out).toMatch(/\n\[keystone_authtoken\]\n[\s\S]*\n#auth_url = None\n/);
    expect(api(place, ['man']).out).toMatch(/^\.TH FREEZER\\-API 8 /);
    expect(api(place, ['completion', 'csh'])).toMatchObject({ code: 2, err: expect.stringContaining('allowed: bash, zsh, fish') });
  });

  test.each([
    [['--bind-prt', '1'], 'freezer-api: unknown option --bind-prt; did you mean --bind-port?\n'],
    [['--config-file', '/no/such'], 'freezer-api: --config-file: configuration file /no/such not found\n'],
    [['--workers', '0'], 'freezer-api: --workers: 0 is less than 1; allowed: a whole number from 1 to 256\n'],
  ])('%j is wrong usage', (argv, err) => {
    expect(api(place, argv)).toEqual({ code: 2, out: '', err });
  });

  test.each([
    [['--ssl-cert-file', '/etc/hosts', '--ssl-key-file', '/etc/hosts'], '', '[ssl] cert_file: /etc/hosts holds nothing in PEM, which begins with -----BEGIN'],
    [[], 'auth_url = https://k\ncafile = /no/such\n', '[keystone_authtoken] cafile: /no/such cannot be read (ENOENT)'],
    [[], 'auth_url = k:5000\n', "[keystone_authtoken] auth_url: 'k:5000' is no address; allowed: as in https://keystone.example.org:5000/v3"],
    [
      ['--database-connection', 'oracle://u:hidden@h/n'],
      '',
      '[database] connection: the connection URL of the database names a database that is not known; allowed: sqlite, postgresql, mysql, mariadb',
    ],
  ])('%j with %j is told at the start', (argv, keystone, reason) => {
    const account = keystone === '' ? '' : `[keystone_authtoken]\nusername = u\npassword = p\n${keystone}`;
    const text = `[DEFAULT]\nbind_port = 0\n${keystone === '' ? 'auth = none\n' : ''}[paste_deploy]\nconfig_file =\n${account}`;
    const conf = place.write('start.conf', text);
    const { code, err } = api(place, ['--config-file', conf, '--state-dir', place.path('start-state'), ...argv]);
    expect(err.split('\n').at(-2)).toBe(`freezer-api: ${reason}`);
    expect(code).toBe(2);
  });

  test('a configuration without Keystone is not served', () => {
    const conf = place.write('api.conf', '[DEFAULT]\nbind_port = 0\n');
    expect(api(place, ['--config-file', conf])).toMatchObject({ code: 2, err: expect.stringContaining('[keystone_authtoken] auth_url') });
  });
});

describe('freezer-manage', () => {
  test('teaches', () => {
    expect(manage(place, ['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('freezer-manage db sync') });
    // Of all hosts, where the agent means its own.
    expect(manage(place, ['reindex', '--help']).out).toMatch(/--hostname HOST +reindex: only the backups of this host\n/);
    expect(manage(place, ['--version'])).toMatchObject({ code: 0 });
    expect(manage(place, ['d', 'sync'])).toMatchObject({ code: 2, err: "freezer-manage: 'd' is unknown; did you mean db?; allowed: db, keystone, reindex\n" });
    expect(manage(place, ['db', 'synk'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('allowed: sync, update, remove, show, update-settings, export, import'),
    });
    expect(manage(place, ['keystone', 'register'])).toMatchObject({ code: 2, err: expect.stringContaining('--url') });
  });

  test('makes, shows and removes the store, with options before and behind the words', () => {
    expect(manage(place, ['db', 'show'])).toMatchObject({ code: 0, out: 'No Tables/Mappings found!\n' });
    expect(manage(place, ['db', 'sync'])).toMatchObject({ code: 0 });
    const names: unknown = JSON.parse(manage(place, ['db', 'show']).out);
    expect(names).toEqual(expect.arrayContaining([expect.any(String)]));
    for (const argv of [
      ['-y', '-e', 'db', 'sync'],
      ['db', 'sync', '-y', '-e'],
      ['db', 'update'],
      ['db', 'update-settings'],
    ])
      expect(manage(place, argv).code).toBe(0);
    expect(JSON.parse(manage(place, ['db', 'show']).out)).toEqual(names);
  });

  test('knows the section that auth_section names, and the old options mean Elasticsearch', () => {
    const account = 'auth_url = http://127.0.0.1:1/v3\nusername = u\npassword = p\n';
    const text = `[keystone_authtoken]\n${account}[centralized_scheduler]\nauth_section = trustee\n[trustee]\n${account}`;
    const conf = place.write('central.conf', text);
    expect(manage(place, ['db', 'show', '--config-file', conf])).toMatchObject({ code: 0, err: '' });
    const refused = manage(place, [
      '--host',
      '127.0.0.1',
      '--port',
      '1',
      'db',
      'show',
      '--config-file',
      place.write('short.conf', '[elasticsearch]\nretries = 0\n'),
    ]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('127.0.0.1:1') });
  });

  test('removes nothing without a yes', () => {
    manage(place, ['db', 'sync']);
    expect(manage(place, ['db', 'remove'], 'what\nn\n')).toMatchObject({ code: 1, err: expect.stringContaining('answered with no') });
    expect(manage(place, ['db', 'remove'], '')).toMatchObject({ code: 1, err: expect.stringContaining('-y answers with yes') });
    expect(manage(place, ['db', 'show']).out).toMatch(/^\[/);
    expect(manage(place, ['-t', 'db', 'remove'])).toMatchObject({ code: 0, out: expect.stringContaining('would remove') });
    expect(manage(place, ['db', 'remove'], 'y\n')).toMatchObject({ code: 0, out: expect.stringContaining('removed') });
    expect(manage(place, ['db', 'show']).out).toBe('No Tables/Mappings found!\n');
  });

  test('a store that is not there is a failure', () => {
    const answer = manage(place, ['--database-connection', 'postgresql://u:hunter2@127.0.0.1:1/x', 'db', 'sync']);
    expect(answer).toMatchObject({ code: 1, err: expect.stringMatching(/^freezer-manage: .+\n$/) });
    expect(answer.err).not.toContain('hunter2');
  });
});
