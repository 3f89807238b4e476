import { expect, test } from '@jest/globals';
import { serviceCalls } from './service.ts';

test('sc.exe gets each path in quotes, whatever blanks it holds', () => {
  const [create, , failure] = serviceCalls('install', 'C:\\Program Files\\nodejs\\node.exe', 'C:\\freezer\\main.js');
  expect(create).toEqual([
    'create',
    'FreezerService',
    'binPath=',
    '"C:\\Program Files\\nodejs\\node.exe" "C:\\freezer\\main.js" --no-daemon start',
    'DisplayName=',
    'Freezer Service',
    'start=',
    'delayed-auto',
  ]);
  expect(failure?.[0]).toBe('failure');
});

test('remove stops before it deletes', () => {
  expect(serviceCalls('remove', '', '').map(([word]) => word)).toEqual(['stop', 'delete']);
});
