import { FreezerError } from '@freezer/core';
import { type Option, OptionTable } from '@freezer/settings';
import { KEYSTONE_OPTIONS } from './options/keystone.ts';

const USUAL = 'keystone_authtoken';

/** The section with the account for which trusts are made: the one that [centralized_scheduler] auth_section names. */
export function authSectionOf(settings: object): string {
  const name: unknown = Reflect.get(settings, 'centralized_scheduler.auth_section');
  return typeof name === 'string' && name !== '' ? name : USUAL;
}

/** The table with the settings of an account also in that section. Fails with `invalid` for a section that is for something else. */
export function withAuthSection(table: OptionTable, name: string): OptionTable {
  if (name === USUAL) return table;
  if (name === 'DEFAULT' || table.options.some(({ section }) => section === name)) {
    throw new FreezerError('invalid', `[centralized_scheduler] auth_section: [${name}] holds no account; allowed: ${USUAL}, or a section of its own`);
  }
  return new OptionTable([...table.options, ...KEYSTONE_OPTIONS.map((option): Option => ({ ...option, section: name }))], table.groups);
}
