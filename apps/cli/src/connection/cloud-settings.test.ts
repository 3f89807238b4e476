import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { GivenValues } from '../command-line/command.ts';
import { cloudVariables, sessionSettings } from './cloud-settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freezer-cloud-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('--os-region-name counts in place of the region of --os-cloud, and a variable does not', async () => {
  const file = join(folder, 'clouds.yaml');
  writeFileSync(file, 'clouds:\n  x:\n    region_name: one\n    auth: { auth_url: "https://keystone.test/v3", username: u, password: p, project_name: x }\n');
  const regionOf = async (options: GivenValues['options']) => {
    const values: GivenValues = { options: { 'os-cloud': 'x', ...options }, operands: {} };
    return (await sessionSettings(await cloudVariables({ OS_CLIENT_CONFIG_FILE: file, OS_REGION_NAME: 'three' }, values), values))?.region;
  };
  expect(await regionOf({})).toBe('one');
  expect(await regionOf({ 'os-region-name': 'two' })).toBe('two');
  expect(await regionOf({ 'os-region-name': '' })).toBe('one');
});
