import { type Progress, ProgressViewer, progressJson, progressLine, type Settings } from '@freezer/agent';
import type { StatusLine } from './status-line.ts';

/** A line of a terminal that is drawn anew, or JSON lines, or nothing at all. */
export type ProgressKind = 'line' | 'json' | 'none';

const LINE_MS = 250;
const JSON_MS = 1000;

/** The actions that move data. */
const MOVERS: ReadonlySet<string> = new Set(['backup', 'restore', 'verify']);

/** What is to be shown. `terminal`: standard error is a terminal that can draw a line anew. */
export function progressKind(settings: Settings, terminal: boolean): ProgressKind {
  const { action, progress, quiet, json, to_stdout, metadata_out } = settings;
  if (!MOVERS.has(action) || progress === 'none') return 'none';
  if (progress === 'json') return 'json';
  // Those who hand on what is printed, or take anything on standard error for a failure, are programs.
  return terminal && !quiet && !json && !to_stdout && metadata_out !== '-' ? 'line' : 'none';
}

export interface ShowRequest {
  readonly kind: ProgressKind;
  readonly action: string;
  readonly progress: Progress;
  readonly statusLine: StatusLine | undefined;
  /** Takes ended lines for standard error. May fail: then nothing more is shown. */
  readonly write: (line: string) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls back again and again until the returned function is called. */
  readonly every?: (milliseconds: number, call: () => void) => () => void;
}

function everyWhile(milliseconds: number, call: () => void): () => void {
  const timer = setInterval(call, milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

/** Shows how far a run has come until the returned function is called. The run never waits for it, nor fails because of it. */
export function showProgress({ kind, action, progress, statusLine, write, now, every = everyWhile }: ShowRequest): () => Promise<void> {
  if (kind === 'none') return () => Promise.resolve();
  const viewer = new ProgressViewer(progress);
  const draw = async (last: boolean): Promise<void> => {
    const view = await viewer.look();
    if (kind === 'json') write(progressJson(view, { action, at: now(), last }));
    else if (!last) statusLine?.show(progressLine(action, view, statusLine.columns));
  };
  let drawing: Promise<void> | undefined;
  let ended = false;
  const stop = every(kind === 'json' ? JSON_MS : LINE_MS, () => {
    drawing ??= draw(false).then(
      () => (drawing = undefined),
      // Nobody sees it any more: `drawing` stays, and nothing is drawn after it.
      () => undefined,
    );
  });
  return async () => {
    if (ended) return;
    ended = true;
    stop();
    await drawing;
    await draw(true).catch(() => undefined);
    statusLine?.clear();
  };
}
