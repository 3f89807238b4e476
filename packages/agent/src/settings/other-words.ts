/** What may stand first on a command line without being an action of a run: it needs no storage and no settings. */
export interface OtherWord {
  readonly name: 'config-sample' | 'man' | 'completion' | 'make-pass-file';
  /** What stands behind it. */
  readonly operand?: string;
  /** All that its operand may be. */
  readonly choices?: readonly string[];
  readonly does: string;
  readonly examples: readonly string[];
}

export const OTHER_WORDS: readonly OtherWord[] = [
  {
    name: 'config-sample',
    does: 'prints a sample of all settings, each with its meaning, for --config-file',
    examples: ['freezer-agent config-sample > /etc/freezer/agent.conf'],
  },
  { name: 'man', does: 'prints the manual page', examples: ['freezer-agent man > /usr/local/share/man/man1/freezer-agent.1', 'freezer-agent man | man -l -'] },
  {
    name: 'completion',
    operand: 'SHELL',
    choices: ['bash', 'zsh', 'fish'],
    does: 'prints what makes a shell complete options and their values',
    examples: [
      'freezer-agent completion bash > /etc/bash_completion.d/freezer-agent',
      "freezer-agent completion zsh > '/usr/local/share/zsh/site-functions/_freezer-agent'",
      'freezer-agent completion fish > ~/.config/fish/completions/freezer-agent.fish',
    ],
  },
  {
    name: 'make-pass-file',
    operand: 'FILE',
    does: 'writes a new random passphrase for --encrypt-pass-file into FILE, which must not exist',
    examples: ['freezer-agent make-pass-file /root/freezer.pass'],
  },
];
