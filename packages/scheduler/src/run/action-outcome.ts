import type { AgentEnd } from './agent-run.ts';

/** How a try of an action ended, for the job's rules. */
export interface ActionOutcome {
  readonly result: 'success' | 'partial' | 'fail' | 'aborted' | 'lost';
  /** Null: it ended by a signal, or never began. */
  readonly exitCode: number | null;
  /** One line: why it is no success. */
  readonly message: string;
  /** The result document, where the agent gave one. */
  readonly document: unknown;
  readonly log: string;
  /** Epoch milliseconds; undefined where nobody knows. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
}

const SIGTERM_EXIT = 143;
const SIGINT_EXIT = 130;
const PARTIAL_EXIT = 3;
const LONGEST_LINE = 500;

/** What the agent said last that looks like a reason, without the beginning of a log line. */
function lastWords(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const critical = lines.findLast((line) => /critical error|error|fatal/i.test(line)) ?? lines.at(-1) ?? '';
  return critical
    .replace(/^.*?(Critical Error: )/, '')
    .trim()
    .slice(0, LONGEST_LINE);
}

function reasonsOf(document: unknown): string {
  if (typeof document !== 'object' || document === null || !('reasons' in document) || !Array.isArray(document.reasons)) return '';
  return document.reasons.map(String).join('; ').slice(0, LONGEST_LINE);
}

/** What became of a try. Freezer: 0 is success, an end by SIGTERM is aborted, anything else fails. Of our agent 3 is partial. */
export function outcomeOf(end: AgentEnd): ActionOutcome {
  if (end === 'lost') {
    return {
      result: 'lost',
      exitCode: null,
      message: 'lost: the agent ended while nobody watched it',
      document: undefined,
      log: '',
      startedAt: undefined,
      endedAt: undefined,
    };
  }
  const { outcome, document, log } = end;
  const { exit_code: exitCode, signal, stopped, failure } = outcome;
  const facts = { exitCode, document, log, startedAt: outcome.started_at, endedAt: outcome.ended_at };
  if (failure !== undefined) return { ...facts, result: 'fail', message: `the agent cannot be started: ${failure}` };
  if (stopped === 'timeout') return { ...facts, result: 'fail', message: 'the time limit was over' };
  if (stopped !== '') return { ...facts, result: 'aborted', message: stopped === 'shutdown' ? 'the scheduler was stopped' : 'aborted' };
  if (exitCode === 0) return { ...facts, result: 'success', message: '' };
  if (exitCode === PARTIAL_EXIT) return { ...facts, result: 'partial', message: reasonsOf(document) || lastWords(log) || 'done but incomplete' };
  if (signal === 'SIGTERM' || exitCode === SIGTERM_EXIT || exitCode === SIGINT_EXIT)
    return { ...facts, result: 'aborted', message: `the agent was ended by ${signal ?? 'a signal'} from outside` };
  const how = signal === null ? `exit ${exitCode}` : `killed by ${signal}`;
  const words = lastWords(log);
  return { ...facts, result: 'fail', message: words === '' ? how : `${how}: ${words}` };
}
