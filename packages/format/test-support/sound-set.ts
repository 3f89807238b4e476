import { type LevelId, levelFolder } from '@freezer/core';
import { type CatalogChain, type CatalogLevel, readCatalog } from '../src/catalog.ts';
import { SET_NAME } from './documents.ts';
import { OUR_OBJECTS, PYTHON_OBJECTS } from './levels.ts';
import type { SteppedStorage } from './stepped-storage.ts';

const missingObjects = ({ objects }: CatalogLevel): string[] => {
  const needed = objects.has('manifest') || objects.has('pieces') || objects.has('index') ? OUR_OBJECTS : PYTHON_OBJECTS;
  return needed.filter((name) => !objects.has(name));
};

/** Those of `levels` that do not hold all of their objects, or stand on nothing. */
function brokenAmong(levels: readonly CatalogLevel[]): string[] {
  const broken: string[] = [];
  for (const level of levels) {
    const { id } = level;
    const missing = missingObjects(level);
    if (missing.length > 0) broken.push(`${levelFolder(id)} lacks ${missing.join(', ')}`);
    if (id.level > 0 && !levels.some((below) => below.id.level === id.level - 1 && below.id.t < id.t)) broken.push(`${levelFolder(id)} has no base`);
  }
  return broken;
}

const brokenIn = (chain: CatalogChain): string[] => [
  ...brokenAmong(chain.levels.filter(({ committed }) => committed)),
  // What Python Freezer sees: it asks for no more than `metadata`.
  ...brokenAmong(chain.levels.filter(({ objects }) => objects.has('metadata'))).map((line) => `for Python: ${line}`),
];

/** What is wrong with the backups of the set, for us or for Python; nothing may ever be, whenever a run stops. */
export async function brokenBackups(storage: SteppedStorage): Promise<readonly string[]> {
  return (await readCatalog(storage, 'tar', SET_NAME)).chains.flatMap(brokenIn);
}

/** What is not a backup, or not done with: nothing may be after remains were cleared. */
export async function leftovers(storage: SteppedStorage): Promise<readonly string[]> {
  const { chains, strangers } = await readCatalog(storage, 'tar', SET_NAME);
  const found: string[] = [...strangers];
  for (const { id, objects, committed } of chains.flatMap(({ levels }) => levels)) {
    const name = levelFolder(id);
    if (!committed) found.push(`${name} is no backup`);
    if (objects.has('started')) found.push(`${name} has started`);
    if (objects.has('removing')) found.push(`${name} has removing`);
    if (objects.has('superseded') && objects.has('metadata')) found.push(`${name} is visible and superseded`);
  }
  return found;
}

/** Folders of the levels that are backups: `0_100`, `1_200 superseded`. */
export async function backups(storage: SteppedStorage): Promise<readonly string[]> {
  const { chains } = await readCatalog(storage, 'tar', SET_NAME);
  return chains.flatMap(({ levels }) =>
    levels.filter(({ committed }) => committed).map(({ id, superseded }) => `${levelFolder(id)}${superseded ? ' superseded' : ''}`),
  );
}

export const levelOf = (t0: number, level: number, t: number): LevelId => ({ t0, level, t });
