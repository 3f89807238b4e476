import { COMPLETION_OPTIONS, type CompletionOption, optionsOfAction, type ValueKind } from './completion-options.ts';
import { ACTION_TEXT } from './help.ts';
import { OTHER_WORDS } from './other-words.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** Name and meaning of all that may stand first. */
const FIRST_WORDS: readonly (readonly [name: string, does: string])[] = [
  ...Object.entries(ACTION_TEXT).map(([name, { does }]) => [name, does] as const),
  ...OTHER_WORDS.map(({ name, does }) => [name, does] as const),
];

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const names = ({ long, short }: CompletionOption): string[] => (short === undefined ? [long] : [short, long]);

const patternsOf = (kind: ValueKind): string =>
  COMPLETION_OPTIONS.filter((option) => option.kind === kind)
    .flatMap(names)
    .join('|');

/** Without the package bash-completion; `--name=value` comes as three words, because `=` parts words. */
function bash(): string {
  const wordCases = COMPLETION_OPTIONS.filter(({ kind }) => kind === 'words').map(
    (option) => `    ${names(option).join('|')}) mapfile -t COMPREPLY < <(compgen -W ${quoted(option.words.join(' '))} -- "$word"); return ;;`,
  );
  const actionCases = Object.keys(ACTION_TEXT).map((action) => {
    const words = optionsOfAction(action).map(({ long }) => long);
    return `    ${action}) words=${quoted(words.join(' '))} ;;`;
  });
  const otherCases = OTHER_WORDS.map(({ name, operand, choices }) =>
    choices
      ? `    ${name}) words=${quoted(`${choices.join(' ')} --help`)} ;;`
      : `    ${name}) ${operand === 'FILE' ? 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return' : "words='--help'"} ;;`,
  );
  return `# Completion of freezer-agent for bash; written by freezer-agent completion bash.
_freezer_agent() {
  local word=\${COMP_WORDS[COMP_CWORD]} before='' words
  [ "$COMP_CWORD" -gt 0 ] && before=\${COMP_WORDS[COMP_CWORD-1]}
  if [ "$word" = '=' ]; then
    word=''
  elif [ "$before" = '=' ] && [ "$COMP_CWORD" -gt 1 ]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  case "$before" in
${wordCases.join('\n')}
    ${patternsOf('file')}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    ${patternsOf('folder')}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    ${patternsOf('text')}) return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${[...actionCases, ...otherCases].join('\n')}
    *) words=${quoted(COMPLETION_OPTIONS.map(({ long }) => long).join(' '))} ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words=${quoted(FIRST_WORDS.map(([name]) => name).join(' '))}" $words"
  [ "$COMP_CWORD" -eq 1 ] && [ "\${word#-}" = "$word" ] && words=${quoted(FIRST_WORDS.map(([name]) => name).join(' '))}
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _freezer_agent freezer-agent
`;
}

/** For a description inside an option of _arguments. */
const zshText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll(/[[\]:]/g, String.raw`\$&`);

function zshValue({ kind, words }: CompletionOption): string {
  switch (kind) {
    case 'none':
      return '';
    case 'words':
      return `:value:(${words.join(' ')})`;
    case 'file':
      return ':file:_files';
    case 'folder':
      return ':directory:_files -/';
    case 'text':
      return ':value: ';
  }
}

function zshOption(option: CompletionOption): string {
  const more = option.repeatable ? '*' : '';
  const text = `[${zshText(option.help)}]${zshValue(option)}`;
  const takes = option.kind !== 'none';
  const long = quoted(`${more}${option.long}${takes ? '=' : ''}${text}`);
  return option.short === undefined ? `    ${long}` : `    ${quoted(`${more}${option.short}${takes ? '+' : ''}${text}`)} \\\n    ${long}`;
}

function zsh(): string {
  const words = FIRST_WORDS.map(([name, does]) => `    ${quoted(`${name}:${does.replaceAll(':', '\\:')}`)}`);
  const otherCases = OTHER_WORDS.filter(({ operand }) => operand !== undefined).map(
    ({ name, choices }) => `        ${name}) ${choices ? `compadd -- ${choices.join(' ')}` : '_files'} ;;`,
  );
  return `#compdef freezer-agent
# Completion of freezer-agent for zsh; written by freezer-agent completion zsh.
_freezer_agent() {
  local curcontext="$curcontext" state line
  local -a words_first
  words_first=(
${words.join('\n')}
  )
  _arguments -C \\
${COMPLETION_OPTIONS.map(zshOption).join(' \\\n')} \\
    '1: :->first' \\
    '*: :->rest'
  case $state in
    first) _describe 'what to do' words_first ;;
    rest)
      case $line[1] in
${otherCases.join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _freezer_agent ]; then
  _freezer_agent "$@"
else
  compdef _freezer_agent freezer-agent
fi
`;
}

const fishText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fishOption(option: CompletionOption): string {
  const { long, short, kind, words, actions, help } = option;
  const condition = actions === undefined ? '' : ` -n ${fishText(`not __fish_seen_subcommand_from ${otherActions(actions).join(' ')}`)}`;
  const value = { none: '', words: ` -x -a ${fishText(words.join(' '))}`, file: ' -r -F', folder: " -x -a '(__fish_complete_directories)'", text: ' -x' }[kind];
  return `complete -c freezer-agent${condition} -l ${long.slice(2)}${short === undefined ? '' : ` -s ${short.slice(1)}`}${value} -d ${fishText(help)}`;
}

const otherActions = (actions: readonly string[]): readonly string[] => Object.keys(ACTION_TEXT).filter((name) => !actions.includes(name));

function fish(): string {
  const first = FIRST_WORDS.map(([name, does]) => `complete -c freezer-agent -n __fish_use_subcommand -a ${name} -d ${fishText(does)}`);
  const operands = OTHER_WORDS.filter(({ operand }) => operand !== undefined).map(
    ({ name, choices }) => `complete -c freezer-agent -n '__fish_seen_subcommand_from ${name}' ${choices ? `-a ${fishText(choices.join(' '))}` : '-F'}`,
  );
  return `# Completion of freezer-agent for fish; written by freezer-agent completion fish.
complete -c freezer-agent -f
${[...first, ...operands, ...COMPLETION_OPTIONS.map(fishOption)].join('\n')}
`;
}

const SCRIPTS: Readonly<Record<Shell, () => string>> = { bash, zsh, fish };

/** The script by which a shell completes a command line. Ends with a line end. */
export const completionScript = (shell: Shell): string => SCRIPTS[shell]();
