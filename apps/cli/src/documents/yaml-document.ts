import { FreezerError } from '@freezer/core';
import { parseDocument } from 'yaml';

/** The value of a YAML document; dates remain texts. Fails with `corrupt`, naming the line. */
export function yamlOf(text: string, name: string): unknown {
  const document = parseDocument(text, { version: '1.2', prettyErrors: true });
  const [problem] = document.errors;
  if (problem === undefined) return document.toJS({ maxAliasCount: 100 });
  const line = problem.linePos?.[0].line;
  const reason = problem.message.split('\n')[0]?.replace(/ at line \d.*$/, '') ?? '';
  throw new FreezerError('corrupt', `${name}: it is neither JSON nor YAML${line === undefined ? '' : `, line ${line}`}: ${reason}`);
}
