import { describe, expect, test } from '@jest/globals';
import { type ActionPolicy, refusalOf } from './action-policy.ts';

const OPEN: ActionPolicy = {
  exec: 'allowed',
  execAllowed: [],
  allowedPaths: [],
  allowedRestorePaths: [],
  allowHostFiles: false,
  needsTrust: false,
  capabilities: { actions: [], modes: [], storages: [], engines: [] },
};
const withPolicy = (policy: Partial<ActionPolicy>) => (action: Readonly<Record<string, unknown>>) => refusalOf(action, { ...OPEN, ...policy });

describe('what an action may do', () => {
  test('all, when nothing is forbidden', () => {
    expect(withPolicy({})({ action: 'exec', command: 'rm -rf / ; true' })).toBeUndefined();
    expect(withPolicy({})({ path_to_backup: '/etc' })).toBeUndefined();
  });

  test('exec is refused by each setting, with its reason', () => {
    for (const exec of ['disabled', 'central', 'trial'] as const)
      expect(withPolicy({ exec })({ action: 'exec', command: '/bin/true' })).toMatch(/^exec actions/);
  });

  test('exec_allowed knows whole programs, and no signs of a shell', () => {
    const check = withPolicy({ execAllowed: ['/usr/local/bin/*', '/bin/true'] });
    expect(check({ action: 'exec', command: '/usr/local/bin/x -y' })).toBeUndefined();
    expect(check({ action: 'exec', command: '/bin/true' })).toBeUndefined();
    for (const command of ['/usr/local/bin/../../bin/sh', '/usr/local/bin/x/y', '/bin/trueish', '/bin/true; id', '/bin/true\nid', '$(id)', '', 'true']) {
      expect(check({ action: 'exec', command })).toBeDefined();
    }
  });

  test('paths are compared by their parts', () => {
    const check = withPolicy({ allowedPaths: ['/srv', '/var/lib/app/'] });
    for (const path of ['/srv', '/srv/', '/srv/a/../b', '/var/lib/app/x']) expect(check({ path_to_backup: path })).toBeUndefined();
    for (const path of ['/srvx', '/srv/../etc', '/etc', 'srv/x', '/var/lib']) expect(check({ path_to_backup: path })).toMatch(/allowed_paths/);
    expect(withPolicy({ allowedRestorePaths: ['/srv'] })({ action: 'restore', restore_abs_path: '/etc' })).toMatch(/allowed_restore_paths/);
  });

  test('what is judged is what the agent will read, however the document spells it', () => {
    const paths = withPolicy({ allowedPaths: ['/srv'] });
    for (const action of [
      { 'path to backup': '/etc' },
      { 'Path:To:Backup': '/etc' },
      { path_to_backup: ['/etc'] },
      { path_to_backup: '/srv', src_file: '/etc' },
      { path_to_backup: ['/srv', '/etc'] },
    ])
      expect([action, paths(action)]).toEqual([action, expect.stringMatching(/is not below allowed_paths/)]);
    for (const key of ['stdin command', 'config[file', 'log:config=append']) expect(withPolicy({})({ [key]: '/x' })).toMatch(/refused on this host/);
    expect(withPolicy({})({ plugin: ['/x'] })).toMatch(/refused on this host/);
    const modes = withPolicy({ capabilities: { ...OPEN.capabilities, modes: ['fs'] } });
    expect(modes({ mode: ['nova'] })).toBe('this client does not support mode nova');
    expect(modes({ mode: null })).toBeUndefined();
  });

  test('a job names no program, plugin or settings file of the host, in no spelling', () => {
    for (const key of ['pre_hook', 'pre-hook', 'PRE_HOOK', 'config_file', 'log-config-append', 'stdin_command', 'os_client_config_file'])
      expect(withPolicy({})({ [key]: '/x' })).toMatch(/refused on this host/);
    expect(withPolicy({ allowHostFiles: true })({ pre_hook: '/x' })).toBeUndefined();
    expect(withPolicy({})({ pre_hook: null, config_file: '' })).toBeUndefined();
  });

  test('the agent reads the file, and so does the judge: signs that are dropped, comments, and what Python takes for a blank hide nothing', () => {
    const exec = withPolicy({ exec: 'disabled' });
    const hidden: readonly Readonly<Record<string, unknown>>[] = [
      { action: 'ex\0ec' },
      { action: 'exec\n#' },
      { action: 'exec\r;x' },
      { action: 'exec\u0085' },
      { 'action\u001f': 'exec' },
    ];
    for (const action of hidden) expect([action, exec({ ...action, command: 'id' })]).toEqual([action, expect.stringMatching(/^exec actions/)]);
    expect(withPolicy({})({ 'stdin_command\u001c': 'id' })).toMatch(/refused on this host/);
    expect(withPolicy({})({ '\u001c': 'id' })).toMatch(/could not read/);
    const paths = withPolicy({ allowedPaths: ['/srv'], allowedRestorePaths: ['/srv'] });
    for (const path of ['/etc\n#/../../srv/x', '/srv/\0../etc', '/srv/..\uFEFF'])
      expect([path, paths({ path_to_backup: path })]).toEqual([path, expect.stringMatching(/allowed_paths/)]);
    expect(paths({ 'path_to_backup\u0085': '/etc' })).toMatch(/allowed_paths/);
    expect(paths({ path_to_backup: '/srv', '\u0085x': '= /../../etc' })).toMatch(/allowed_paths/);
    expect(paths({ action: 'restore', restore_abs_path: '/srv\uFEFF' })).toMatch(/allowed_restore_paths/);
  });

  test('of the two names of the engine each is looked at', () => {
    const engines = withPolicy({ capabilities: { ...OPEN.capabilities, engines: ['tar'] } });
    for (const action of [
      { engine_name: 'tar', engine: 'rsync' },
      { engine_name: '', engine: 'rsync' },
      { engine_name: 'rsync', engine: 'tar' },
    ])
      expect(engines(action)).toBe('this client does not support engine rsync');
    expect(engines({ engine_name: 'tar', engine: false })).toBeUndefined();
  });

  test('what says that something is not set is no value, and takes away the one before it, as for the agent', () => {
    const paths = withPolicy({ allowedPaths: ['/srv'] });
    const capable = withPolicy({ capabilities: { actions: ['backup'], modes: ['fs'], storages: ['local'], engines: ['tar'] } });
    for (const nothing of [false, 'False', 'false', 'None', null, '']) {
      expect(paths({ path_to_backup: '/srv/a', src_file: nothing })).toBeUndefined();
      expect(capable({ action: nothing, mode: nothing, storage: nothing, engine_name: nothing })).toBeUndefined();
      expect(withPolicy({})({ pre_hook: nothing, config_file: nothing })).toBeUndefined();
    }
    expect(capable({ mode: 'nova', MODE: false })).toBeUndefined();
    // Without its first value it is a backup again.
    expect(paths({ action: 'restore', ACTION: false, path_to_backup: '/etc' })).toMatch(/allowed_paths/);
  });
});
