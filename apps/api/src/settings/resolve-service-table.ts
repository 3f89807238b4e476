import {
  fileKeyOf,
  type Option,
  OptionTable,
  type ResolvedTable,
  type ResolveRequest,
  resolveTable,
  type SettingsHost,
  type SettingsOf,
} from '@freezer/settings';
import { authSectionOf, withAuthSection } from './auth-section.ts';
import { driverThatCounts, KNOWN_SECTIONS, sectionNamed } from './chosen-store.ts';

/** The table with the settings of a store also in that section. */
function withSection(table: OptionTable, name: string): OptionTable {
  const options = table.options.map((option): Option => {
    if (!KNOWN_SECTIONS.has(option.section ?? '')) return option;
    return { ...option, fileAliases: [...(option.fileAliases ?? []), `[${name}] ${fileKeyOf(option)}`] };
  });
  return new OptionTable(options, table.groups);
}

/** Where another section is named, Python does not look at this one. */
function withoutUsualSection(host: SettingsHost): SettingsHost {
  const readFile = async (path: string): Promise<string> => (await host.readFile(path)).replaceAll(/^\[elasticsearch\]/gm, '[elasticsearch, not named]');
  return { ...host, readFile };
}

/** As `resolveTable`; what [storage] backend names in freezer-api.conf is the section that says where the store is. */
async function resolveNamed<Rows>(request: ResolveRequest): Promise<ResolvedTable<SettingsOf<Rows>>> {
  const first = await resolveTable<Rows>(request);
  const name = sectionNamed(first.settings);
  if (name === undefined) return first;
  const found = await resolveTable<Rows>({ ...request, table: withSection(request.table, name), host: withoutUsualSection(request.host) });
  const isExpected = (warning: string): boolean => warning.includes(`[${name}] `) && warning.includes(' is an old spelling of ');
  return { ...found, warnings: found.warnings.filter((warning) => !isExpected(warning)) };
}

/**
 * The settings of freezer-api or freezer-manage: as `resolveTable`, with the sections that [storage] backend and [centralized_scheduler]
 * auth_section name, and the driver of the store that counts.
 */
export async function resolveServiceTable<Rows>(request: ResolveRequest): Promise<ResolvedTable<SettingsOf<Rows>>> {
  const first = await resolveNamed<Rows>(request);
  const table = withAuthSection(request.table, authSectionOf(first.settings));
  const found = table === request.table ? first : await resolveNamed<Rows>({ ...request, table });
  const settings: Readonly<Record<string, unknown>> = { ...found.settings, 'storage.driver': driverThatCounts(found) };
  return { ...found, settings: Object.freeze(settings) as SettingsOf<Rows> };
}
