import { withoutCredentials } from '@freezer/settings';

const HIDDEN = '***';
/** Shorter ones occur everywhere. */
const SHORTEST = 3;
const LIKE_A_SECRET = /pass|pwd|secret|token|credential|key/i;
/** Folders, in spite of their names. */
const NO_SECRETS: ReadonlySet<string> = new Set(['PWD', 'OLDPWD']);
const ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:([^/\s@]+)@/gi;

/** Passwords that a command line holds: behind `--password`, `--password=`, `-p` and `PGPASSWORD=`, and in addresses. */
function secretsOfWords(words: readonly string[]): readonly string[] {
  return words.flatMap((word, at) => {
    const [name = '', ...rest] = word.split('=');
    const value = rest.join('=');
    const inAddress = [...word.matchAll(ADDRESS)].map(([, password = '']) => password);
    if (value !== '') return LIKE_A_SECRET.test(name) ? [value, ...inAddress] : inAddress;
    if (word.startsWith('--') && LIKE_A_SECRET.test(word)) return [words[at + 1] ?? ''];
    return /^-p./.test(word) ? [word.slice(2)] : inAddress;
  });
}

const secretsOfEnvironment = (environment: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(environment).flatMap(([name, value]) => (value && LIKE_A_SECRET.test(name) && !NO_SECRETS.has(name) ? [value] : []));

/**
 * Hides in what a program says whatever looks like a secret in its words (`command`: the text that they come from) and in its environment.
 * It cannot know secrets that the program has from elsewhere.
 */
export function wordHider(request: {
  readonly command: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}): (text: string) => string {
  // Of what a shell is handed only the shell knows the words.
  const rough = request.command.split(/[\s|;&()<>]+/).map((word) => word.replaceAll(/['"]/g, ''));
  const found = [...secretsOfWords(request.words), ...secretsOfWords(rough), ...secretsOfEnvironment(request.environment)];
  const secrets = [...new Set(found)].filter(({ length }) => length >= SHORTEST).toSorted((a, b) => b.length - a.length);
  return (text) => withoutCredentials(secrets.reduce((hidden, secret) => hidden.replaceAll(secret, HIDDEN), text));
}
