import type { CommandLine } from './arguments.ts';

const HIDDEN = '***';
const DEEPEST = 6;
const SECRET_NAME = /pass(word|wd|phrase)|secret|token|authorization|credential|access[_-]?key|private[_-]?key/i;

/** For names that nobody knows it is better to hide too much. */
const LIKE_A_SECRET = /pas|secr|tok|key|cred/i;

const NO_KEYS: ReadonlySet<string> = new Set();

/** Takes name and password out of addresses: `http://user:pw@host` becomes `http://***@host`. */
export const withoutCredentials = (text: string): string =>
  // Most texts of a log have none.
  text.includes('://') ? text.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@]*@/gi, `$1${HIDDEN}@`) : text;

function hide(value: unknown, keys: ReadonlySet<string>, depth: number): unknown {
  if (typeof value === 'string') return withoutCredentials(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  if (depth >= DEEPEST) return '...';
  if (Array.isArray(value)) return value.map((item) => hide(item, keys, depth + 1));
  return Object.fromEntries(
    entriesOf(value).map(([key, item]) => [key, (keys.has(key) || SECRET_NAME.test(key)) && item ? HIDDEN : hide(item, keys, depth + 1)]),
  );
}

/** `name`, `message` and `code` of an error are no own enumerable properties, and are what a log wants. */
function entriesOf(value: object): [string, unknown][] {
  const own = Object.entries(value);
  if (!('message' in value)) return own;
  return [['message', value.message], ...own.filter(([key]) => key === 'code' || key === 'details')];
}

/** A copy of the fields of a log line in which no secret is left: by key (`keys` are secret besides those that look so), and inside addresses. */
export function redact(fields: object, keys: ReadonlySet<string> = NO_KEYS): Readonly<Record<string, unknown>> {
  const hidden = hide(fields, keys, 0);
  return typeof hidden === 'object' && hidden !== null ? { ...hidden } : {};
}

const quote = (word: string): string => (/^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** Whether a word that looks like an option asks for a secret, also when its name is misspelt. */
function asksForSecret(line: CommandLine, word: string): boolean {
  const option = line.optionOf(word);
  if (option) return option.secret === true;
  const name = word.split('=', 1)[0] ?? '';
  return name.startsWith('--') && LIKE_A_SECRET.test(name);
}

/** The command line as one could type it again, except that secrets are `***`. For logs and the result document. */
export function commandLineWithoutSecrets(program: string, argv: readonly string[], line: CommandLine): string {
  let secretNext = false;
  const words = argv.map((word) => {
    if (secretNext && word === '=') return word;
    const hidden = secretNext && !word.startsWith('--');
    secretNext = false;
    if (hidden) return HIDDEN;
    if (word.startsWith('-') && asksForSecret(line, word)) {
      const equals = word.indexOf('=');
      if (equals > 0) return `${word.slice(0, equals)}=${HIDDEN}`;
      secretNext = true;
    }
    return quote(withoutCredentials(word));
  });
  return [program, ...words].join(' ');
}
