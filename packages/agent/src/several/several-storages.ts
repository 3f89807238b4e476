import { FreezerError } from '@freezer/core';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { refuseOnePlaceTwice } from '../open-run.ts';
import type { AgentPlugins } from '../plugins.ts';

type Action = (input: ActionInput, plugins: AgentPlugins) => Promise<ActionResult>;

/** They read one point, which any of the storages may give. */
const FROM_BEST: ReadonlySet<string> = new Set(['restore', 'show', 'find', 'diff']);
/** They know of several storages themselves, and whether two of them are one place; exec needs none and is done once. */
const KNOWS_SEVERAL: ReadonlySet<string> = new Set(['backup', 'exec']);

/** Does an action over the storages of the settings: all of the sections, or the one that `--from` names. */
export async function overStorages(input: ActionInput, plugins: AgentPlugins, action: Action): Promise<ActionResult> {
  if (input.action === 'copy') return action(input, plugins);
  const chosen = chosenSections(input);
  const narrowed = { ...input, storageSections: chosen };
  if (chosen.length < 2 || KNOWS_SEVERAL.has(input.action)) return action(narrowed, plugins);
  if (FROM_BEST.has(input.action)) {
    const { fromBestStorage } = await import('./best-storage.ts');
    return fromBestStorage(narrowed, plugins, action);
  }
  await refuseOnePlaceTwice(narrowed, plugins);
  if (input.action === 'info') return action(narrowed, plugins);
  if (input.action === 'verify' && input.settings.storage_verify) {
    const { compareStorages } = await import('./compare-storages.ts');
    return compareStorages(narrowed, plugins);
  }
  const { eachStorage } = await import('./each-storage.ts');
  return eachStorage(narrowed, (own) => action(own, plugins));
}

function chosenSections({ settings, storageSections }: ActionInput): ActionInput['storageSections'] {
  const { from } = settings;
  if (from === undefined) return storageSections;
  const found = storageSections.filter(({ name }) => name === from);
  if (found.length > 0) return found;
  const allowed = storageSections.length === 0 ? 'there are no [storage:NAME] sections' : `allowed: ${storageSections.map(({ name }) => name).join(', ')}`;
  throw new FreezerError('invalid', `--from: '${from}' is none of the storages; ${allowed}`);
}
