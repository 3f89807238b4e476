import type { Stored } from '@freezer/core';
import type { Exchange } from './exchange.ts';
import { Problem } from './problem.ts';

/** The tag of one document; another one after each write. */
export const etagOf = ({ version, revision }: Stored<object>): string => `"${revision}-${encodeURIComponent(version)}"`;

const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));

/** Whether `If-None-Match` names the tag. */
export function isUnchanged(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || tagsOf(header).includes(etag.replace(/^W\//, ''));
}

/** Fails with 412 when `If-Match` is given and does not name the document as it is; one that is not there is named by nothing. */
export function demandMatch(exchange: Exchange, stored: Stored<object> | undefined): void {
  const header = exchange.header('if-match');
  if (header === undefined) return;
  if (!stored) throw new Problem(412, 'Precondition Failed', { description: 'There is no such document' });
  if (header.trim() === '*' || tagsOf(header).includes(etagOf(stored))) return;
  throw new Problem(412, 'Precondition Failed', { description: 'The document was changed meanwhile', headers: { etag: etagOf(stored) } });
}
