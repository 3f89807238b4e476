import type { Stored } from '@freezer/core';
import { type Answer, jsonText } from '../http/answer.ts';
import { etagOf, isUnchanged } from '../http/etag.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Item } from './item.ts';

/** Version 1 shows no projects. */
export const forVersion = ({ isV1 }: Pick<Exchange, 'isV1'>, item: Item): Item => (isV1 ? { ...item, project_id: null } : item);

/** The answer to a GET of one document (or its JSON text), in version 2 with its tag; 304 when the caller has it. */
export function answerOne(exchange: Exchange, stored: Stored<Item>, shown: object | string): Answer {
  const body = typeof shown === 'string' ? { json: jsonText(shown) } : { body: shown };
  if (exchange.isV1) return { status: 200, ...body };
  const etag = etagOf(stored);
  if (isUnchanged(exchange.header('if-none-match'), etag)) return { status: 304, headers: { etag } };
  return { status: 200, ...body, headers: { etag } };
}

/** What a write of a document answers: its id and how often it was written. */
export const written = (status: number, key: string, id: string, stored: Stored<object>): Answer => ({ status, body: { [key]: id, version: stored.revision } });
