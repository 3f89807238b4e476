import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** What `node:sqlite` and `libsql` have in common, and we use. */
interface NativeStatement {
  all(...parameters: unknown[]): unknown[];
  get(...parameters: unknown[]): unknown;
  run(...parameters: unknown[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
}

interface NativeDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): NativeStatement;
  close(): unknown;
}

/** `one`: the only row, at half the price of a list of rows. */
type FoundStatement = SqliteStatement & { one(parameters: readonly unknown[]): unknown };

/** A connection to a file, as kysely wants it, with `exec` for what begins and ends transactions. */
export interface SqliteConnection extends SqliteDatabase {
  exec(sql: string): void;
  /** Rows of one statement, for pragmas and tests. */
  rows(sql: string): unknown[];
  prepare(sql: string): FoundStatement;
}

type OpenNative = (path: string) => { readonly database: NativeDatabase; readonly spread: boolean };

/** Statements that are kept prepared; a search has a few dozen shapes. */
const KEPT_STATEMENTS = 256;

class CachingConnection implements SqliteConnection {
  readonly #database: NativeDatabase;
  /** Whether parameters are arguments of their own (`node:sqlite`) or one list (`libsql`). */
  readonly #spread: boolean;
  readonly #statements = new Map<string, FoundStatement>();

  constructor(database: NativeDatabase, spread: boolean) {
    this.#database = database;
    this.#spread = spread;
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  rows(sql: string): unknown[] {
    return this.#database.prepare(sql).all();
  }

  prepare(sql: string): FoundStatement {
    const kept = this.#statements.get(sql);
    if (kept) return kept;
    const statement = this.#prepared(sql);
    if (this.#statements.size >= KEPT_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  #prepared(sql: string): FoundStatement {
    const statement = this.#database.prepare(sql);
    const spread = this.#spread;
    const handed = (parameters: readonly unknown[]): readonly unknown[] => (spread ? parameters : [parameters]);
    return {
      reader: /^\s*(select|with|pragma|explain)\b|\breturning\b/i.test(sql),
      all: (parameters) => statement.all(...handed(parameters)),
      // That of libsql was seen to find nothing where there is a row.
      one: (parameters) => (spread ? statement.get(...parameters) : statement.all(parameters)[0]),
      run: (parameters) => {
        const { changes, lastInsertRowid } = statement.run(...handed(parameters));
        return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
      },
      *iterate(parameters) {
        yield* statement.all(...handed(parameters));
      },
    };
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

/** Node's own SQLite, where this Node has it. It warns that it is experimental; users of ours cannot do anything about that. */
function builtIn(): OpenNative | undefined {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    const found = process.getBuiltinModule('node:sqlite') as { readonly DatabaseSync: new (path: string) => NativeDatabase } | undefined;
    return found && ((path) => ({ database: new found.DatabaseSync(path), spread: true }));
  } finally {
    process.emitWarning = emitWarning;
  }
}

async function packaged(): Promise<OpenNative> {
  const { default: Database } = await import('libsql');
  return (path) => ({ database: new Database(path), spread: false });
}

let found: OpenNative | undefined;

/** Opens a file with Node's own SQLite (22.13 and later), else with libsql. */
export async function openConnection(path: string): Promise<SqliteConnection> {
  found ??= builtIn() ?? (await packaged());
  const { database, spread } = found(path);
  return new CachingConnection(database, spread);
}
