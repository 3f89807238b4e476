import { parseList } from 'basic-ftp';

/** One name in a folder, as the server shows it. */
export interface Entry {
  readonly name: string;
  readonly type: 'file' | 'folder' | 'link' | 'other';
  /** Of a file, in bytes. */
  readonly size: number;
  /** Milliseconds since the Unix epoch. Only MLSD says it for certain. */
  readonly modifiedAt?: number | undefined;
}

const FACTS = /^((?:[^\s=;]+=[^;]*;)+) (.*)$/;
/** One blank stands before the name: further ones belong to it. */
const UNIX = /^([-a-zA-Z])\S{9}\S?\s+\d+\s+\S+\s+\S+\s+(\d+)\s+[A-Za-z]{3}\s+\d{1,2}\s+[\d:]{4,5} (.*)$/;

const TYPES: Readonly<Record<string, Entry['type']>> = { file: 'file', dir: 'folder', '-': 'file', d: 'folder', l: 'link' };

/** `20261128202142` or `20261128202142.123`, UTC. */
export function timeOf(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,3})\d*)?/.exec(text.trim());
  if (!match) return undefined;
  const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0] = match.slice(1, 7).map(Number);
  return Date.UTC(year, month - 1, day, hours, minutes, seconds, Number((match[7] ?? '').padEnd(3, '0')));
}

/** The facts of a line of MLSD or MLST; undefined for a line of another kind, and for the folder itself and the one above. */
export function entryOfFacts(line: string): Entry | undefined {
  const match = FACTS.exec(line);
  if (!match) return undefined;
  const facts = new Map((match[1] ?? '').split(';').map((fact) => [fact.slice(0, fact.indexOf('=')).toLowerCase(), fact.slice(fact.indexOf('=') + 1)]));
  const type = (facts.get('type') ?? '').toLowerCase();
  if (type === 'cdir' || type === 'pdir') return undefined;
  const isLink = type.startsWith('os.unix=slink') || type === 'os.unix=symlink';
  return {
    name: match[2] ?? '',
    type: isLink ? 'link' : (TYPES[type] ?? 'other'),
    size: Number(facts.get('size') ?? 0),
    modifiedAt: timeOf(facts.get('modify') ?? ''),
  };
}

function entryOfUnix(line: string): Entry | undefined {
  const match = UNIX.exec(line);
  if (!match) return undefined;
  const type = TYPES[match[1] ?? ''] ?? 'other';
  const shown = match[3] ?? '';
  // A link that holds ' -> ' in its own name cannot be told from its target; none of ours is a link.
  return { name: type === 'link' ? (shown.split(' -> ')[0] ?? '') : shown, type, size: Number(match[2]) };
}

/** Of servers that list in yet another way. */
function entriesOfOthers(lines: readonly string[]): readonly Entry[] {
  if (lines.length === 0) return [];
  return parseList(lines.join('\r\n')).map(({ name, size, isDirectory, isFile, isSymbolicLink }) => {
    const known = isDirectory ? 'folder' : isFile ? 'file' : 'other';
    return { name, size, type: isSymbolicLink ? 'link' : known };
  });
}

/** The names in what MLSD or LIST answered; never `.`, `..`, or a name that is no UTF-8 (it has no key). */
export function readListing(text: string): readonly Entry[] {
  const entries: Entry[] = [];
  const rest: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || /^total \d+$/.test(line)) continue;
    if (FACTS.test(line)) {
      const entry = entryOfFacts(line);
      if (entry) entries.push(entry);
      continue;
    }
    const entry = entryOfUnix(line);
    if (entry) entries.push(entry);
    else rest.push(line);
  }
  return [...entries, ...entriesOfOthers(rest)].filter(({ name }) => name !== '' && name !== '.' && name !== '..' && !/[/\uFFFD]/.test(name));
}

/** Whether `LIST -a` was understood: it shows the folder itself then. */
export const showsItself = (text: string): boolean => /(?:^|\n)\S.* \.\r?(?:\n|$)/.test(text);
