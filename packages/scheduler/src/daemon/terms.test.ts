import { expect, test } from '@jest/globals';
import { CAPABILITY_OPTIONS } from '../settings/scheduler-options.ts';
import type { SchedulerSettings } from '../settings/scheduler-table.ts';
import { capabilitiesOf } from './terms.ts';

const SETTINGS = {
  'scheduler.centralized_scheduler': false,
  'capabilities.supported_actions': [],
  'capabilities.supported_modes': [],
  'capabilities.supported_storages': [],
  'capabilities.supported_engines': [],
} as Partial<SchedulerSettings> as SchedulerSettings;

test.each(['actions', 'modes', 'storages', 'engines'] as const)('the help says which %s are told to the API when the settings name none', (kind) => {
  const option = CAPABILITY_OPTIONS.find(({ name }) => name === `supported-${kind}`);
  expect(option?.help).toMatch(new RegExp(`; default ${capabilitiesOf(SETTINGS)[kind].join(',')}$`));
});
