import type { OptionTable } from './option-table.ts';

/** What a first word does, in a few words behind its name, and how it is called. */
export interface ActionText {
  readonly does: string;
  readonly examples: readonly string[];
}

/** What may stand first on a command line without being an action of a run: it needs no settings. */
export interface OtherWord extends ActionText {
  readonly name: string;
  /** What stands behind it: `FILE`, `SHELL`. */
  readonly operand?: string;
  /** All that its operand may be. */
  readonly choices?: readonly string[];
}

/** The parts of a manual page that no table knows. Lines of at most 80 columns; `**name**` is bold. */
export interface ManualText {
  /** Behind the name: `makes backups`. */
  readonly purpose: string;
  /** Behind the program: `ACTION [options]`. One entry for each form. */
  readonly synopsis: readonly string[];
  readonly description: string;
  readonly files: string;
  readonly environment: string;
  /** Of `man`: 1 for commands, 8 for services. */
  readonly section?: number;
}

/** What help, manual page, sample and completion say of a program besides its options. */
export interface ProgramText {
  /** `freezer-agent`. */
  readonly program: string;
  readonly table: OptionTable;
  /** By name. Empty for a program that does one thing. */
  readonly actions: Readonly<Record<string, ActionText>>;
  readonly otherWords: readonly OtherWord[];
  /** What the program does and how it is called, where it has no actions. */
  readonly whole?: ActionText;
  /** A sentence before the options, on how they are written. */
  readonly spelling?: string;
  readonly exits: readonly (readonly [codes: string, meaning: string])[];
  /** The same on one line, for the help. */
  readonly exitsLine: string;
  readonly manual: ManualText;
  /** What a sample of the settings begins with: lines without `# `. */
  readonly sampleHead: string;
}

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** The words that every program of ours knows: its sample, its manual page, its completion. */
export function documentWords(program: string, sample: string): readonly OtherWord[] {
  return [
    {
      name: 'config-sample',
      does: 'prints a sample of all settings, each with its meaning, for --config-file',
      examples: [`${program} config-sample > ${sample}`],
    },
    { name: 'man', does: 'prints the manual page', examples: [`${program} man > /usr/local/share/man/man1/${program}.1`, `${program} man | man -l -`] },
    {
      name: 'completion',
      operand: 'SHELL',
      choices: SHELLS,
      does: 'prints what makes a shell complete options and their values',
      examples: [
        `${program} completion bash > /etc/bash_completion.d/${program}`,
        `${program} completion zsh > '/usr/local/share/zsh/site-functions/_${program}'`,
        `${program} completion fish > ~/.config/fish/completions/${program}.fish`,
      ],
    },
  ];
}
