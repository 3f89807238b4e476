import type { ResolvedTable } from '@freezer/settings';

const ELASTICSEARCH = 'elasticsearch';
/** Values of [storage] backend that say what kind of store there is, and name no section. */
const KINDS: ReadonlySet<string> = new Set([ELASTICSEARCH, 'sqlalchemy', 'sql', 'sqlite', 'postgresql', 'mysql', 'mariadb']);
/** The sections that say where a store is. */
export const KNOWN_SECTIONS: ReadonlySet<string> = new Set(['elasticsearch', 'database']);
const BACKEND = 'storage.backend';
const DRIVER = 'storage.driver';

/** Options that say where a store of that kind is. */
const KIND_OF_PLACE: Readonly<Record<string, string>> = { 'database.connection': 'sqlalchemy', 'elasticsearch.hosts': ELASTICSEARCH };

/** Of the command line; files are 2, the environment 1. */
const LINE = 3;

type Resolved = Pick<ResolvedTable<object>, 'parsed' | 'places' | 'settings'>;

/** The section that [storage] backend names, when it is another one than usual. */
export function sectionNamed(settings: object): string | undefined {
  const backend: unknown = Reflect.get(settings, BACKEND);
  if (typeof backend !== 'string' || backend === '' || backend.includes('.')) return undefined;
  return KINDS.has(backend.toLowerCase()) || KNOWN_SECTIONS.has(backend) ? undefined : backend;
}

/** How much the place counts that gave a key; 0 when none did. */
function rankOf(key: string, { parsed, places }: Resolved): number {
  if (parsed.given.some(({ option }) => `${option.section}.${option.name}` === key)) return LINE;
  const place = places.get(key);
  if (place === undefined) return 0;
  return place.startsWith('environment: ') ? 1 : 2;
}

/** The one kind of store of which the command line says where it is. */
function kindOfLine({ parsed }: Resolved): string | undefined {
  const kinds = new Set(parsed.given.flatMap(({ option }) => KIND_OF_PLACE[`${option.section}.${option.name}`] ?? []));
  const [kind] = kinds;
  return kinds.size === 1 ? kind : undefined;
}

/**
 * The driver that counts. In one place it stands above a backend; one of a place that counts less than that of a backend which says the kind
 * of store is none. A command line that says where a store is, and not of which kind, means that store.
 */
export function driverThatCounts(resolved: Resolved): unknown {
  const { settings } = resolved;
  const [backend, driver] = [rankOf(BACKEND, resolved), rankOf(DRIVER, resolved)];
  const kind = backend < LINE && driver < LINE ? kindOfLine(resolved) : undefined;
  if (kind !== undefined) return kind;
  return backend > driver && sectionNamed(settings) === undefined ? undefined : Reflect.get(settings, DRIVER);
}
