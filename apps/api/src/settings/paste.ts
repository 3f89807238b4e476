import { basename } from 'node:path';
import { FreezerError, messageOf } from '@freezer/core';
import { type IniEntry, type Option, type OptionTable, readIni, readListText, readValue, type SettingsHost } from '@freezer/settings';
import { candidates, type FoundText, readFirst } from './search-places.ts';

/** What a pipeline of Python's service gives. */
export interface PasteFindings {
  /** By key of the settings; for what no other place gave. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly warnings: readonly string[];
}

/** Parts of a pipeline whose work ours does always, or has a section for. */
const KNOWN: Readonly<Record<string, string | undefined>> = {
  healthcheck: 'healthcheck',
  authtoken: 'keystone_authtoken',
  cors: 'cors',
  sizelimit: 'oslo_middleware',
  http_proxy_to_wsgi: undefined,
  versionsNegotiator: undefined,
  context: undefined,
  request_id: undefined,
  catch_errors: undefined,
  backupapp: undefined,
  apiv1: undefined,
  apiv2: undefined,
};
const PASTE_KEYS = new Set(['paste.filter_factory', 'paste.app_factory', 'use', 'oslo_config_project', 'oslo_config_program', 'set debug']);
const SIZELIMIT_DEFAULT = 114_688;

class PasteReader {
  readonly values = new Map<string, unknown>();
  readonly warnings: string[] = [];
  readonly #entries: readonly IniEntry[];
  readonly #file: string;
  readonly #table: OptionTable;
  readonly #host: SettingsHost;

  constructor({ path, text }: FoundText, table: OptionTable, host: SettingsHost) {
    this.#file = basename(path);
    this.#entries = readIni(text, this.#file, 'plain');
    this.#table = table;
    this.#host = host;
  }

  read(): void {
    const parts = this.#pipeline();
    if (parts.length === 0) {
      this.warnings.push(`${this.#file}: no pipeline is found in it; it is not used`);
      return;
    }
    for (const name of parts) this.#part(name);
    if (!parts.includes('authtoken')) {
      this.warnings.push(
        `${this.#file}: the pipeline has no authtoken; tokens are checked nevertheless, because ours believes no X-Identity-Status (auth = none is for trials)`,
      );
    }
    if (parts.includes('sizelimit') && !this.values.has('oslo_middleware.max_request_body_size')) {
      this.values.set('oslo_middleware.max_request_body_size', SIZELIMIT_DEFAULT);
    }
  }

  /** What stands on the way from [pipeline:main], [composite:main] or the like to the applications, which are Freezer itself. */
  #pipeline(): readonly string[] {
    const way = new Set(['main']);
    for (const name of way) for (const next of this.#behind(name)) way.add(next);
    const inner = new Set(this.#entries.flatMap(({ section }) => /^(?:pipeline|composite|app):(.*)$/.exec(section)?.[1] ?? []));
    return [...way].filter((name) => name !== 'main' && (!inner.has(name) || Object.hasOwn(KNOWN, name)));
  }

  #behind(name: string): readonly string[] {
    return this.#entries.flatMap(({ section, key, value }) => {
      if (section === `pipeline:${name}` && key === 'pipeline') return value.split(/\s+/).filter((part) => part !== '');
      return section === `composite:${name}` && key.startsWith('/') ? [value] : [];
    });
  }

  #part(name: string): void {
    if (!Object.hasOwn(KNOWN, name)) this.warnings.push(`${this.#file}: ${name} of the pipeline is not used: ours has no such part`);
    const section = KNOWN[name];
    const own = this.#entries.filter((entry) => /^(filter|app):/.test(entry.section) && entry.section.slice(entry.section.indexOf(':') + 1) === name);
    for (const entry of own.filter(({ key }) => !PASTE_KEYS.has(key))) this.#value(entry, section);
  }

  #value({ key, value, section: written }: IniEntry, section: string | undefined): void {
    const option = section === undefined ? undefined : this.#table.ofFileName(key, section);
    if (!option || section === undefined) {
      this.warnings.push(`${this.#file}: [${written}] ${key} is not used`);
      return;
    }
    this.values.set(`${section}.${option.key ?? option.name.replaceAll('-', '_')}`, this.#read(option, value, `${this.#file}: [${written}] ${key}`));
  }

  #read(option: Option, value: string, place: string): unknown {
    const at = { place, home: this.#host.home, cwd: this.#host.cwd };
    return option.repeatable ? readListText(value, option).map((text) => readValue(option, text, at)) : readValue(option, value, at);
  }
}

export interface PasteRequest {
  /** `[paste_deploy] config_file`. */
  readonly name: string;
  /** Where it was named; undefined when it is the default. */
  readonly place: string | undefined;
  /** The files of the configuration. */
  readonly files: readonly string[];
}

/** Takes from a freezer-paste.ini what matters. A default one that is not there is none. Fails with `invalid`. */
export async function readPaste({ name, place, files }: PasteRequest, table: OptionTable, host: SettingsHost): Promise<PasteFindings> {
  const found = await readFirst(candidates(name, files, host), host).catch((error: unknown) => {
    throw new FreezerError('invalid', `${place ?? '[paste_deploy] config_file'}: ${name} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  if (!found) {
    const warnings = place === undefined ? [] : [`${place}: ${name} is not found; nothing is taken from it`];
    return { values: new Map(), warnings };
  }
  const reader = new PasteReader(found, table, host);
  reader.read();
  return { values: reader.values, warnings: reader.warnings };
}
