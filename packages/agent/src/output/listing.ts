import { formatJson } from '@freezer/terminal';
import type { ActionOutput } from '../action-input.ts';

const CHUNK_CHARS = 32 * 1024;

export interface ListingRequest<Item> {
  /** Called once, when the listing is read: opens what it needs and lets go of it at its end. */
  items(): AsyncIterable<Item>;
  /** Whole lines. */
  text(item: Item): string;
  json(item: Item): unknown;
  /** Stands alone when there is nothing. */
  readonly nothing: string;
}

/** A list that is produced as it is read: lines for people, or one JSON value per line. When the items fail, those before it are there all the same. */
export function listing<Item>({ items, text, json, nothing }: ListingRequest<Item>): ActionOutput {
  return { text: chunks(items, text, nothing), json: undefined, jsonLines: chunks(items, (item) => formatJson(json(item)), '') };
}

async function* chunks<Item>(items: () => AsyncIterable<Item>, write: (item: Item) => string, nothing: string): AsyncGenerator<string> {
  let chunk = '';
  let isEmpty = true;
  try {
    for await (const item of items()) {
      isEmpty = false;
      chunk += write(item);
      if (chunk.length < CHUNK_CHARS) continue;
      const full = chunk;
      chunk = '';
      yield full;
    }
  } catch (error) {
    if (chunk !== '') yield chunk;
    throw error;
  }
  yield isEmpty ? nothing : chunk;
}
