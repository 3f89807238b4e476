import { type CompletionOption, completionOptions, optionsOfAction, type ValueKind } from './completion-options.ts';
import type { OtherWord, ProgramText } from './program-text.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

interface Words {
  readonly program: string;
  /** As a name in a shell. */
  readonly functionName: string;
  readonly options: readonly CompletionOption[];
  readonly actions: readonly string[];
  readonly others: readonly OtherWord[];
  /** Name and meaning of all that may stand first. */
  readonly first: readonly (readonly [name: string, does: string])[];
}

function wordsOf({ program, table, actions, otherWords }: ProgramText): Words {
  const runs = Object.entries(actions).map(([name, { does }]) => [name, does] as const);
  const first = [...runs, ...otherWords.map(({ name, does }) => [name, does] as const)];
  const options = completionOptions(table);
  return { program, functionName: `_${program.replaceAll('-', '_')}`, options, actions: Object.keys(actions), others: otherWords, first };
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const names = ({ long, short }: CompletionOption): string[] => (short === undefined ? [long] : [short, long]);

/** A pattern of `case`; one that no word matches where no option is of that kind. */
const patternsOf = (options: readonly CompletionOption[], kind: ValueKind): string =>
  options
    .filter((option) => option.kind === kind)
    .flatMap(names)
    .join('|') || "''";

/** Without the package bash-completion; `--name=value` comes as three words, because `=` parts words. */
function bash({ program, functionName, options, actions, others, first }: Words): string {
  const wordCases = options
    .filter(({ kind }) => kind === 'words')
    .map((option) => `    ${names(option).join('|')}) mapfile -t COMPREPLY < <(compgen -W ${quoted(option.words.join(' '))} -- "$word"); return ;;`);
  const actionCases = actions.map((action) => {
    const words = optionsOfAction(options, action).map(({ long }) => long);
    return `    ${action}) words=${quoted(words.join(' '))} ;;`;
  });
  const otherCases = others.map(({ name, operand, choices }) =>
    choices
      ? `    ${name}) words=${quoted(`${choices.join(' ')} --help`)} ;;`
      : `    ${name}) ${operand === 'FILE' ? 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return' : "words='--help'"} ;;`,
  );
  return `# Completion of ${program} for bash; written by ${program} completion bash.
${functionName}() {
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
    ${patternsOf(options, 'file')}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    ${patternsOf(options, 'folder')}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    ${patternsOf(options, 'text')}) return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${[...actionCases, ...otherCases].join('\n')}
    *) words=${quoted(options.map(({ long }) => long).join(' '))} ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words=${quoted(first.map(([name]) => name).join(' '))}" $words"
  [ "$COMP_CWORD" -eq 1 ] && [ "\${word#-}" = "$word" ] && words=${quoted(first.map(([name]) => name).join(' '))}
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F ${functionName} ${program}
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

function zsh({ program, functionName, options, others, first }: Words): string {
  const words = first.map(([name, does]) => `    ${quoted(`${name}:${does.replaceAll(':', '\\:')}`)}`);
  const otherCases = others
    .filter(({ operand }) => operand !== undefined)
    .map(({ name, choices }) => `        ${name}) ${choices ? `compadd -- ${choices.join(' ')}` : '_files'} ;;`);
  return `#compdef ${program}
# Completion of ${program} for zsh; written by ${program} completion zsh.
${functionName}() {
  local curcontext="$curcontext" state line
  local -a words_first
  words_first=(
${words.join('\n')}
  )
  _arguments -C \\
${options.map(zshOption).join(' \\\n')} \\
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
if [ "$funcstack[1]" = ${functionName} ]; then
  ${functionName} "$@"
else
  compdef ${functionName} ${program}
fi
`;
}

const fishText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fishOption(option: CompletionOption, { program, actions: all }: Words): string {
  const { long, short, kind, words, actions, help } = option;
  const condition =
    actions === undefined ? '' : ` -n ${fishText(`not __fish_seen_subcommand_from ${all.filter((name) => !actions.includes(name)).join(' ')}`)}`;
  const value = { none: '', words: ` -x -a ${fishText(words.join(' '))}`, file: ' -r -F', folder: " -x -a '(__fish_complete_directories)'", text: ' -x' }[kind];
  return `complete -c ${program}${condition} -l ${long.slice(2)}${short === undefined ? '' : ` -s ${short.slice(1)}`}${value} -d ${fishText(help)}`;
}

function fish(words: Words): string {
  const { program, options, others } = words;
  const first = words.first.map(([name, does]) => `complete -c ${program} -n __fish_use_subcommand -a ${name} -d ${fishText(does)}`);
  const operands = others
    .filter(({ operand }) => operand !== undefined)
    .map(({ name, choices }) => `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' ${choices ? `-a ${fishText(choices.join(' '))}` : '-F'}`);
  return `# Completion of ${program} for fish; written by ${program} completion fish.
complete -c ${program} -f
${[...first, ...operands, ...options.map((option) => fishOption(option, words))].join('\n')}
`;
}

const SCRIPTS: Readonly<Record<Shell, (words: Words) => string>> = { bash, zsh, fish };

/** The script by which a shell completes a command line. Ends with a line end. */
export const completionScript = (shell: Shell, text: ProgramText): string => SCRIPTS[shell](wordsOf(text));
