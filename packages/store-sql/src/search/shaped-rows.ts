import { isDeepStrictEqual } from 'node:util';
import type { CompiledQuery } from 'kysely';

/**
 * Runs a query that is put into words once for each `shape`; after that only its parameters are others. They stand in the order in which the query
 * names them. Building and compiling a query anew takes longer than SQLite takes to answer it.
 */
export type ShapedRows = <R>(shape: string, parameters: readonly unknown[], build: () => CompiledQuery<R>) => Promise<readonly R[]>;

const KEPT_SHAPES = 256;

export function shapedRows(run: (text: string, parameters: readonly unknown[]) => Promise<readonly unknown[]> | readonly unknown[]): ShapedRows {
  const texts = new Map<string, string>();
  return async <R>(shape: string, parameters: readonly unknown[], build: () => CompiledQuery<R>): Promise<readonly R[]> => {
    let text = texts.get(shape);
    if (text === undefined) {
      const compiled = build();
      if (!isDeepStrictEqual(compiled.parameters, parameters))
        throw new TypeError(`the parameters of a query differ from those that it names: ${compiled.sql}`);
      text = compiled.sql;
      if (texts.size >= KEPT_SHAPES) texts.clear();
      texts.set(shape, text);
    }
    return (await run(text, parameters)) as readonly R[];
  };
}
