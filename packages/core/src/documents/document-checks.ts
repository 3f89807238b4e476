import { FreezerError, messageOf } from '../errors.ts';
import type { DocumentOwner } from '../store.ts';

/** In UTF-16 units. At most four bytes each, which is what an index of MySQL can hold beside the kind. */
const LONGEST_NAME = 255;

// A half of a pair cannot be written as UTF-8.
const LONE_SURROGATE = /\p{Surrogate}/u;

const isName = (name: string): boolean => name.length <= LONGEST_NAME && !name.includes('\0') && !LONE_SURROGATE.test(name);

/** An id that cannot be kept is one that nobody has. */
export const isDocumentId = (id: string): boolean => id !== '' && isName(id);

/** Refuses an id that no store keeps, with `invalid`. */
export function checkDocumentId(id: string): void {
  if (!isDocumentId(id)) throw new FreezerError('invalid', `an id has 1 to ${LONGEST_NAME} characters, none of them NUL`);
}

/** Refuses names of owners that no store keeps, with `invalid`. */
export function checkDocumentOwner({ projectId, userId }: DocumentOwner): void {
  if (!isName(projectId) || !isName(userId))
    throw new FreezerError('invalid', `a project and a user have at most ${LONGEST_NAME} characters, none of them NUL`);
}

/** The JSON of a document; fails with `invalid` when it has none. */
export function documentJson(document: object): string {
  try {
    return JSON.stringify(document);
  } catch (error) {
    throw new FreezerError('invalid', `the document cannot be written as JSON: ${messageOf(error)}`, { cause: error });
  }
}
