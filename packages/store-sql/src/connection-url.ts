import { FreezerError } from '@freezer/core';

/** Where a database is, read from a URL as oslo.db and SQLAlchemy write it. */
export type ConnectionAddress =
  | { readonly kind: 'sqlite'; readonly path: string }
  | {
      readonly kind: 'postgresql' | 'mysql';
      /** A host name or address; a path for the folder of PostgreSQL's socket. */
      readonly host: string;
      readonly port: number;
      readonly user: string | undefined;
      readonly password: string | undefined;
      readonly database: string;
      /** What stood behind the question mark. */
      readonly options: ReadonlyMap<string, string>;
    };

const FORM =
  /^(?<dialect>[a-z0-9_]+)(?:\+[a-z0-9_]+)?:\/\/(?:(?<user>[^:/@]*)(?::(?<password>[^@]*))?@)?(?:\[(?<v6>[^\]/?]+)\]|(?<host>[^:/?[\]]*))(?::(?<port>\d*))?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/i;

const KINDS: Readonly<Record<string, 'sqlite' | 'postgresql' | 'mysql'>> = {
  sqlite: 'sqlite',
  postgresql: 'postgresql',
  postgres: 'postgresql',
  mysql: 'mysql',
  mariadb: 'mysql',
};
const PORTS = { postgresql: 5432, mysql: 3306 } as const;

const refuse = (why: string): FreezerError => new FreezerError('invalid', `the connection URL of the database ${why}`);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a per cent sign that stands for itself
  }
}

function optionsOf(query: string): Map<string, string> {
  const pairs = query.split('&').filter(Boolean);
  return new Map(pairs.map((pair) => [decoded(pair.split('=')[0] ?? ''), decoded(pair.slice(pair.indexOf('=') + 1).replaceAll('+', ' '))]));
}

/**
 * Reads `sqlite:////var/lib/freezer.db`, `mysql+pymysql://user:password@host:port/name?charset=utf8`, `postgresql+psycopg2://...`.
 * What stands behind the `+` is Python's driver, and is not looked at. Fails with `invalid`; no message tells a part of the URL.
 */
export function parseConnectionUrl(url: string): ConnectionAddress {
  const parts = FORM.exec(url.trim())?.groups;
  if (!parts) throw refuse('cannot be read; it looks like mysql+pymysql://user:password@host/name');
  const kind = KINDS[(parts['dialect'] ?? '').toLowerCase()];
  if (!kind) throw refuse('names a database that is not known; allowed: sqlite, postgresql, mysql, mariadb');
  const options = optionsOf(parts['query'] ?? '');
  const database = parts['database'] ?? '';
  if (kind === 'sqlite') {
    if (parts['host'] || parts['v6'] || parts['user']) throw refuse('has three slashes before a relative path of SQLite and four before an absolute one');
    if (database === '' || database === ':memory:') throw refuse('names no file: a database in memory would be another one for each process');
    return { kind, path: decoded(database) };
  }
  if (database === '') throw refuse('names no database behind the host');
  const port = Number(parts['port'] || PORTS[kind]);
  if (port < 1 || port > 65_535) throw refuse('has a port that is none');
  return {
    kind,
    host: parts['v6'] ?? decoded(parts['host'] || options.get('host') || 'localhost'),
    port,
    user: parts['user'] === undefined ? undefined : decoded(parts['user']),
    password: parts['password'] === undefined ? undefined : decoded(parts['password']),
    database: decoded(database),
    options,
  };
}
