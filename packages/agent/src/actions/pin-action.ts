import { formatUtc, levelFolder } from '@freezer/core';
import { formatInstant, printable } from '@freezer/terminal';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { openRun } from '../open-run.ts';
import { pinJson, pinText } from '../pins/pin-text.ts';
import { type PinOutcome, runPin, runUnpin } from '../pins/run-pin.ts';
import type { AgentPlugins } from '../plugins.ts';
import { setOf } from './set-of.ts';

/** Pins one point of a set, or takes its pin away (actions pin and unpin). */
export async function pinAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const { settings } = input;
  await using run = await openRun(input, plugins);
  const change = input.action === 'pin' ? runPin : runUnpin;
  const outcome = await change(run.context, {
    set: setOf(settings, run.context.engine),
    at: settings.restore_from_date,
    name: settings.point[0],
    reason: settings.reason ?? '',
    waitSeconds: settings.wait,
    dryRun: settings.dry_run,
  });
  return { result: 'success', output: { text: textOf(input, outcome), json: jsonOf(input, outcome) } };
}

function textOf({ action, settings }: ActionInput, { set, id, pin, levels, wasPinned }: PinOutcome): string {
  const what = `${set}: ${levelFolder(id)} of ${formatInstant(id.t)}`;
  const would = settings.dry_run ? 'would be ' : '';
  if (action === 'unpin') return `${printable(`${what}: ${would}unpinned; it was ${pinText(pin)}`)}\n`;
  const below = levels.length === 1 ? '' : ` It needs ${levels.length - 1} more, which stay with it.`;
  return `${printable(`${what}: ${would}${wasPinned ? 'pinned anew' : pinText(pin)}.${below}`)}\n`;
}

const jsonOf = ({ action, settings }: ActionInput, { set, id, pin, levels, wasPinned }: PinOutcome) => ({
  action,
  result: 'success',
  dry_run: settings.dry_run,
  set,
  chain: id.t0,
  level: levelFolder(id),
  time_stamp: id.t,
  time: formatUtc(id.t),
  ...(action === 'pin' ? { pin: pinJson(pin), was_pinned: wasPinned, needs: levels.map(levelFolder) } : { was: pinJson(pin) }),
});
