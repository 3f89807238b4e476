import { scalarsOf } from './scalars.ts';

/** The words of a text as `DocumentFilter.text` counts them: letters and digits, in lower case. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** The words of all texts and numbers of a document, each once. */
export function wordsOfDocument(document: object): Set<string> {
  const words = new Set<string>();
  for (const { value } of scalarsOf(document)) {
    if (typeof value === 'string' || typeof value === 'number') for (const word of wordsOf(String(value))) words.add(word);
  }
  return words;
}
