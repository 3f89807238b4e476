import type * as z from 'zod';
import { badRequest, type Problem } from './problem.ts';
import { pythonRepr, stringRepr } from './python-repr.ts';

type Issue = z.core.$ZodIssue;

const TYPES: Readonly<Record<string, string>> = {
  int: 'integer',
  // What zod says of a text in place of a whole number; those are nearly all that there are.
  number: 'integer',
  string: 'string',
  boolean: 'boolean',
  object: 'object',
  record: 'object',
  array: 'array',
  null: 'null',
};

/** The body as the schema describes it, just as it was sent. Fails with 400 in the words of Python's jsonschema. */
export function validated<T>(schema: z.ZodType<T>, body: unknown): T & Record<string, unknown> {
  const { success, error } = schema.safeParse(body);
  // Not the parsed copy: what was sent is what is kept, keys in their order.
  if (success) return body as T & Record<string, unknown>;
  throw problemOf(error.issues, body);
}

function problemOf(issues: readonly Issue[], body: unknown): Problem {
  const best = issues.reduce((one, two) => (two.path.length < one.path.length ? two : one));
  return badRequest(textOf(best, body));
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function textOf(issue: Issue, body: unknown): string {
  const value = valueAt(body, issue.path);
  if (value === undefined && issue.path.length > 0) return `${stringRepr(String(issue.path.at(-1)))} is a required property`;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const names = issue.keys.map(stringRepr).join(', ');
      return `Additional properties are not allowed (${names} ${issue.keys.length === 1 ? 'was' : 'were'} unexpected)`;
    }
    case 'invalid_type':
      return `${pythonRepr(value)} is not of type ${stringRepr(TYPES[issue.expected] ?? issue.expected)}`;
    case 'invalid_value':
      return `${pythonRepr(value)} is not one of [${issue.values.map(pythonRepr).join(', ')}]`;
    case 'invalid_format':
      return `${pythonRepr(value)} does not match ${stringRepr(patternOf(issue))}`;
    case 'invalid_union':
      return unionText(issue.errors, value);
    default:
      return `${pythonRepr(value)}: ${issue.message.replaceAll(/\s+/g, ' ')}`;
  }
}

const patternOf = (issue: Issue): string =>
  'pattern' in issue && typeof issue.pattern === 'string' ? issue.pattern.replace(/^\/(.*)\/[a-z]*$/, '$1') : issue.code;

/** A value that fits one type of several, but not its rule, is told of that rule; one that fits none is told of all. */
function unionText(branches: readonly (readonly Issue[])[], value: unknown): string {
  const issues = branches.flatMap(([first]) => (first === undefined ? [] : [first]));
  const rule = branches.flat().find(({ code, path }) => (code !== 'invalid_type' && code !== 'invalid_value') || path.length > 0);
  // Paths inside a union begin at its value.
  if (rule !== undefined) return textOf(rule, value);
  const types = issues.flatMap((issue) => (issue.code === 'invalid_type' ? [stringRepr(TYPES[issue.expected] ?? issue.expected)] : []));
  const words = issues.find(({ code }) => code === 'invalid_value');
  // Beside a text of any words, as in an id or the empty text, the words say nothing.
  if (words !== undefined && !types.includes("'string'")) return textOf(words, value);
  return `${pythonRepr(value)} is not of type ${types.join(', ')}`;
}
