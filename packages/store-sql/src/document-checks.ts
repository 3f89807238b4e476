import { type DocumentOwner, FreezerError, messageOf } from '@freezer/core';

/** In UTF-16 units. At most four bytes each, which is what an index of MySQL can hold beside the kind. */
const LONGEST_NAME = 255;

// A half of a pair cannot be written as UTF-8.
const LONE_SURROGATE = /\p{Surrogate}/u;

const isName = (name: string): boolean => name.length <= LONGEST_NAME && !name.includes('\0') && !LONE_SURROGATE.test(name);

/** An id that cannot be kept is one that nobody has. */
export const isId = (id: string): boolean => id !== '' && isName(id);

export function checkId(id: string): void {
  if (!isId(id)) throw new FreezerError('invalid', `an id has 1 to ${LONGEST_NAME} characters, none of them NUL`);
}

export function checkOwner({ projectId, userId }: DocumentOwner): void {
  if (!isName(projectId) || !isName(userId))
    throw new FreezerError('invalid', `a project and a user have at most ${LONGEST_NAME} characters, none of them NUL`);
}

/** The JSON of a document. */
export function jsonOf(document: object): string {
  try {
    return JSON.stringify(document);
  } catch (error) {
    throw new FreezerError('invalid', `the document cannot be written as JSON: ${messageOf(error)}`, { cause: error });
  }
}
