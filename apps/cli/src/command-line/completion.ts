import type { Command, OptionSpec } from './command.ts';
import { optionsOf } from './parse-arguments.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const longs = (options: readonly OptionSpec[]): string => options.map(({ name }) => `--${name}`).join(' ');
const functionOf = (program: string): string => `_${program.replaceAll(/[^A-Za-z0-9_]/g, '_')}`;

/** All options of all commands by what their value is; of the same name once. */
function valued(commands: readonly Command[]): readonly OptionSpec[] {
  const all = commands.flatMap((command) => optionsOf(command)).filter(({ metavar }) => metavar !== undefined);
  return [...new Map(all.map((option) => [option.name, option])).values()];
}

const patterns = (options: readonly OptionSpec[]): string =>
  options.flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]).join('|');

/** Needs nothing but bash. */
function bash(program: string, commands: readonly Command[]): string {
  const options = valued(commands);
  const words = options.filter(({ choices }) => choices !== undefined && choices.length > 0);
  const files = options.filter(({ isFile }) => isFile === true);
  const texts = options.filter(({ choices, isFile }) => choices === undefined && isFile !== true);
  const cases = commands.map((command) => {
    const choices = command.operands.flatMap((operand) => operand.choices ?? []);
    return `    ${command.name}) words=${quoted([...choices, longs(optionsOf(command))].join(' '))} ;;`;
  });
  const takesFile = commands.filter(({ operands }) => operands.some(({ isFile }) => isFile === true)).map(({ name }) => name);
  const name = functionOf(program);
  return `# Completion of ${program} for bash; written by freezer completion bash.
${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command='' words each
  COMPREPLY=()
  case "$before" in
${words.map((option) => `    ${patterns([option])}) mapfile -t COMPREPLY < <(compgen -W ${quoted((option.choices ?? []).join(' '))} -- "$word"); return ;;`).join('\n')}
    ${patterns(files)}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    ${patterns(texts)}) return ;;
  esac
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${commands.map((command) => command.name).join(' ')} " in *" $each "*) command=$each; break ;; esac
  done
  case "$command" in
${cases.join('\n')}
    *) words=${quoted([...commands.map((command) => command.name), longs(optionsOf(undefined))].join(' '))} ;;
  esac
  [ "$command" = help ] && words=${quoted(commands.map((command) => command.name).join(' '))}
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  case " ${takesFile.join(' ')} " in
    *" $command "*) [ "\${word#-}" = "$word" ] && { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word"); } ;;
  esac
  return 0
}
complete -F ${name} ${program}
`;
}

const zshText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll(/[[\]:]/g, String.raw`\$&`);

function zshOption(option: OptionSpec): string {
  const { name, help, metavar, choices, isFile, repeatable } = option;
  const value =
    metavar === undefined ? '' : `:${zshText(metavar.toLowerCase())}:${choices === undefined ? (isFile === true ? '_files' : ' ') : `(${choices.join(' ')})`}`;
  return `      ${quoted(`${repeatable === true ? '*' : ''}--${name}${metavar === undefined ? '' : '='}[${zshText(help)}]${value}`)}`;
}

function zsh(program: string, commands: readonly Command[]): string {
  const name = functionOf(program);
  const described = commands.map((command) => `    ${quoted(`${command.name}:${command.summary.replaceAll(':', '\\:')}`)}`);
  const cases = commands.map((command) => {
    const operands = command.operands.slice(-1).map(({ name: operand, choices, isFile }) => {
      const words = choices === undefined ? (isFile === true ? '_files' : ' ') : `(${choices.join(' ')})`;
      return `      ${quoted(`*:${operand.replaceAll('_', ' ')}:${words}`)}`;
    });
    const lines = [...optionsOf(command).map(zshOption), ...operands];
    return `    ${command.name}) _arguments \\\n${lines.join(' \\\n')} ;;`;
  });
  return `#compdef ${program}
# Completion of ${program} for zsh; written by freezer completion zsh.
${name}() {
  local command='' each
  local -a commands
  commands=(
${described.join('\n')}
  )
  # From the command on, so that it is not taken for a word of its own.
  for (( each = 2; each < CURRENT; each++ )); do
    [[ -n "\${commands[(r)$words[each]:*]}" ]] || continue
    command=$words[each]
    words=("\${(@)words[each,-1]}")
    (( CURRENT -= each - 1 ))
    break
  done
  case "$command" in
    '') if [[ "$words[CURRENT]" == -* ]]; then _arguments \\
${optionsOf(undefined).map(zshOption).join(' \\\n')}
      else _describe 'command' commands; fi ;;
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = ${name} ]; then
  ${name} "$@"
else
  compdef ${name} ${program}
fi
`;
}

const fishText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fishOption(program: string, condition: string, { name, short, help, metavar, choices, isFile }: OptionSpec): string {
  const value = metavar === undefined ? '' : choices === undefined ? (isFile === true ? ' -r -F' : ' -x') : ` -x -a ${fishText(choices.join(' '))}`;
  return `complete -c ${program}${condition} -l ${name}${short === undefined ? '' : ` -s ${short}`}${value} -d ${fishText(help)}`;
}

function fish(program: string, commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => {
    const condition = ` -n '__fish_seen_subcommand_from ${command.name}'`;
    const own = optionsOf(command).filter((option) => !optionsOf(undefined).includes(option));
    const operands = command.operands.filter(({ choices, isFile }) => choices !== undefined || isFile === true);
    return [
      `complete -c ${program} -n __fish_use_subcommand -a ${command.name} -d ${fishText(command.summary)}`,
      ...operands.map(({ choices }) => `complete -c ${program}${condition} ${choices === undefined ? '-F' : `-a ${fishText(choices.join(' '))}`}`),
      ...own.map((option) => fishOption(program, condition, option)),
    ];
  });
  const shared = optionsOf(undefined).map((option) => fishOption(program, '', option));
  return `# Completion of ${program} for fish; written by freezer completion fish.\ncomplete -c ${program} -f\n${[...lines, ...shared].join('\n')}\n`;
}

const SCRIPTS: Readonly<Record<Shell, (program: string, commands: readonly Command[]) => string>> = { bash, zsh, fish };

/** The script by which a shell completes a command line. Ends with a line end. */
export function completionScript(shell: Shell, program: string, commands: readonly Command[]): string {
  return SCRIPTS[shell](program, commands);
}
