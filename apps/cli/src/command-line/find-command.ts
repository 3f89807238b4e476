import { nearestName } from '@freezer/settings';
import type { Command } from './command.ts';

export type Found =
  | { readonly kind: 'found'; readonly command: Command; readonly words: number }
  | { readonly kind: 'unknown'; readonly tried: string; readonly near: readonly string[] };

const LONGEST = 3;

/** The command that words name: `job-list`, `job list`, or the beginning of one command alone. */
export function findCommand(words: readonly string[], commands: readonly Command[]): Found {
  for (let count = Math.min(LONGEST, words.length); count > 0; count -= 1) {
    const name = words.slice(0, count).join('-');
    const command = commands.find((each) => each.name === name);
    if (command !== undefined) return { kind: 'found', command, words: count };
  }
  const [first = ''] = words;
  const begun = commands.filter(({ name }) => name.startsWith(first));
  if (begun.length === 1 && begun[0] !== undefined) return { kind: 'found', command: begun[0], words: 1 };
  const near = begun.length > 0 ? undefined : (nearestName(words.slice(0, 2).join('-'), names(commands)) ?? nearestName(first, names(commands)));
  if (near !== undefined) return { kind: 'unknown', tried: first, near: [near] };
  return { kind: 'unknown', tried: first, near: names(begun.length > 0 ? begun : related(first, commands)) };
}

const names = (commands: readonly Command[]): readonly string[] => commands.map(({ name }) => name);

/** Commands that share a part: `list-jobs`, `job-remove`, `jobs`. */
function related(word: string, commands: readonly Command[]): readonly Command[] {
  const parts = new Set(word.split('-').flatMap((part) => [part, part.replace(/s$/, '')]));
  const shared = (command: Command) => command.name.split('-').filter((part) => parts.has(part)).length;
  const most = Math.max(0, ...commands.map(shared));
  return most === 0 ? [] : commands.filter((command) => shared(command) === most);
}
