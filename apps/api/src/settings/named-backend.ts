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

const ELASTICSEARCH = 'elasticsearch';
/** Values of [storage] backend that say what kind of store there is, and name no section. */
const KINDS: ReadonlySet<string> = new Set([ELASTICSEARCH, 'sqlalchemy', 'sql', 'sqlite', 'postgresql', 'mysql', 'mariadb']);
const KNOWN_SECTIONS: ReadonlySet<string> = new Set(['elasticsearch', 'database']);

/** The section that [storage] backend names, when it is another one than usual. */
function sectionNamed(settings: object): string | undefined {
  const backend: unknown = Reflect.get(settings, 'storage.backend');
  if (typeof backend !== 'string' || backend === '' || backend.includes('.')) return undefined;
  return KINDS.has(backend.toLowerCase()) || KNOWN_SECTIONS.has(backend) ? undefined : backend;
}

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
export async function resolveStoreTable<Rows>(request: ResolveRequest): Promise<ResolvedTable<SettingsOf<Rows>>> {
  const first = await resolveTable<Rows>(request);
  const name = sectionNamed(first.settings);
  if (name === undefined) return first;
  const found = await resolveTable<Rows>({ ...request, table: withSection(request.table, name), host: withoutUsualSection(request.host) });
  const isExpected = (warning: string): boolean => warning.includes(`[${name}] `) && warning.includes(' is an old spelling of ');
  return { ...found, warnings: found.warnings.filter((warning) => !isExpected(warning)) };
}
