import { withPlace } from '@freezer/settings';
import { expect, test } from '@jest/globals';
import { AGENT_TABLE } from './option-table.ts';
import type { SettingKey } from './settings.ts';

const PLACES = new Map<SettingKey, string>([
  ['subset', 'job.ini: subset'],
  ['proxy', 'environment: OS_DEFAULT__PROXY'],
  ['exclude_if_present', '--exclude-if-present'],
  ['exclude_from', 'a.conf: exclude_from'],
  ['backup_name', '-N'],
]);

test.each([
  ['--subset must be a share', 'job.ini: subset: --subset must be a share'],
  ['Proxy has unknown scheme: --proxy must be', 'environment: OS_DEFAULT__PROXY: Proxy has unknown scheme: --proxy must be'],
  ["exclude_if_present: 'a/b' is wrong", "--exclude-if-present: 'a/b' is wrong"],
  ["exclude_from: 'a' is wrong", "a.conf: exclude_from: 'a' is wrong"],
  ["--backup-name: '..' is wrong", "--backup-name: '..' is wrong"],
  ['job.ini: subset: --subset must be', 'job.ini: subset: --subset must be'],
  ['--compression: not given', '--compression: not given'],
  ['tar: --nothing of ours', 'tar: --nothing of ours'],
  ['no option at all', 'no option at all'],
])('%s', (message, placed) => {
  expect(withPlace(AGENT_TABLE, message, PLACES)).toBe(placed);
});
