import { FreezerError, messageOf } from '@freezer/core';
import { type Document, parseDocument } from 'yaml';

/** The value of a YAML document; dates remain texts. Fails with `corrupt`, naming the line. */
export function yamlOf(text: string, name: string): unknown {
  const document = parseDocument(text, { version: '1.2', merge: true, prettyErrors: true });
  const [problem] = document.errors;
  if (problem === undefined) return plainValue(document, name);
  const line = problem.linePos?.[0].line;
  const reason = problem.message.split('\n')[0]?.replace(/ at line \d.*$/, '') ?? '';
  throw new FreezerError('corrupt', `${name}: it is neither JSON nor YAML${line === undefined ? '' : `, line ${line}`}: ${reason}`);
}

/** Numbers that JSON does not have would be sent as null. */
function plainValue(document: Document, name: string): unknown {
  let infinite: number | undefined;
  let value: unknown;
  try {
    value = document.toJS({
      maxAliasCount: 100,
      reviver: (_key, each: unknown) => {
        if (typeof each === 'number' && !Number.isFinite(each)) infinite = each;
        return each;
      },
    });
  } catch (cause) {
    throw new FreezerError('corrupt', `${name}: ${messageOf(cause)}`, { cause });
  }
  if (infinite !== undefined) throw new FreezerError('corrupt', `${name}: JSON has no number ${infinite}; in quotes it is a text`);
  return value;
}
