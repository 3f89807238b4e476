import type { Collection, ListOptions, SearchDocument } from '@freezer/client-sdk';
import { FreezerError } from '@freezer/core';
import { isGiven, listOf, textOf } from '../command-line/command.ts';
import type { Cell } from '../output/cell.ts';
import { type ShowResult, wantedOf } from '../output/write-result.ts';
import { jsonOf, type Raw, rawOf } from './cells.ts';
import type { CommandContext, Outcome } from './outcome.ts';

const LIMIT = 100;
const PAGE = 500;

/** `--limit`, `--offset`, `--search`, and what else a list takes. */
export function listOptions({ values, signal }: CommandContext): ListOptions {
  const search = searchOf(textOf(values, 'search'));
  return {
    signal,
    limit: numberOf('limit', textOf(values, 'limit')) ?? LIMIT,
    offset: numberOf('offset', textOf(values, 'offset')) ?? 0,
    ...(search !== undefined && { search }),
  };
}

/** As Freezer's client sends it: everything is words for `_all`, where servers also take a JSON list of what must match. */
function searchOf(text: string | undefined): SearchDocument | undefined {
  return text === undefined || text === '' ? undefined : { match: [{ _all: text }] };
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new FreezerError('invalid', `--${name} '${text}': it must be a number from 0`);
  return Number(text);
}

/** A list as a table; with `--all` every page of it. */
export async function listed<Item extends object, Options extends ListOptions>(
  context: CommandContext,
  collection: Collection<Item, Options>,
  options: Options,
  titles: readonly string[],
  row: (document: Raw) => readonly Cell[],
): Promise<Outcome> {
  const items = isGiven(context.values, 'all') ? await everything(collection, options) : await collection.list(options);
  const documents = items.map(rawOf);
  return { kind: 'list', document: jsonOf(items), list: { titles, rows: documents.map(row) } };
}

async function everything<Item, Options extends ListOptions>(collection: Collection<Item, Options>, options: Options): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const item of collection.all({ ...options, limit: PAGE })) items.push(item);
  return items;
}

/** For commands that write, before they do. Fails with `invalid` when none of the columns that are asked for is among the fields that will be shown. */
export function demandColumns({ values }: CommandContext, fields: ShowResult): void {
  if (!isGiven(values, 'json'))
    wantedOf(
      fields.map(([title]) => title),
      listOf(values, 'column'),
    );
}

/** The document, or the error that there is none: `Job not found: ID`. */
export async function found<Item extends object>(context: CommandContext, collection: Collection<Item>, kind: string, id: string): Promise<Item> {
  const document = await collection.get(id, { signal: context.signal });
  if (document === undefined) throw new FreezerError('not_found', `${kind} not found: ${id}`);
  return document;
}
