/** Something that a run reads as a whole. */
export interface RollingUnit {
  /** Names it for good. */
  readonly key: string;
  /** Epoch seconds: the newer comes first. */
  readonly t: number;
}

/** What earlier runs know of a unit. */
export interface RollingRecord {
  /** The number of the run that met it first. */
  readonly seen: number;
  /** That of the run that read it last and found nothing wrong; 0 for none. */
  readonly read: number;
  /** Epoch seconds of that reading; 0 for none. */
  readonly at: number;
}

/** What a run has to choose from. */
export interface RollingRequest<Unit extends RollingUnit> {
  readonly units: readonly Unit[];
  readonly records: ReadonlyMap<string, RollingRecord>;
  /** The number of this run; those before had lower ones. */
  readonly run: number;
  /** More than 0, at most 100. */
  readonly percent: number;
}

/** In so many runs each unit is read once. */
export const runsOfShare = (percent: number): number => Math.ceil(100 / percent - 1e-9);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The units that a run reads, in this order: what was never read before what was, of the former the newest, of the latter what was read longest ago;
 * so many as the share says. Besides those, as many of what has to be read in one of the next runs as it takes to spread that evenly: whatever comes
 * and goes meanwhile, a unit is read within `runsOfShare` runs after it was met, and again within as many.
 */
export function planRollingRun<Unit extends RollingUnit>({ units, records, run, percent }: RollingRequest<Unit>): readonly Unit[] {
  const runs = runsOfShare(percent);
  const readOf = ({ key }: Unit): number => records.get(key)?.read ?? 0;
  const dueOf = (unit: Unit): number => Math.max(run, (readOf(unit) || (records.get(unit.key)?.seen ?? run) - 1) + runs);
  const ordered = units.toSorted((a, b) => readOf(a) - readOf(b) || b.t - a.t || byText(a.key, b.key));
  const chosen = new Set(ordered.slice(0, Math.ceil((units.length * percent) / 100 - 1e-9)));
  addWhatIsDue(chosen, ordered, dueOf, run);
  return ordered.filter((unit) => chosen.has(unit));
}

/** Of what is due by a run that many are read now that the rest fits into the runs until then, evenly. */
function addWhatIsDue<Unit>(chosen: Set<Unit>, ordered: readonly Unit[], dueOf: (unit: Unit) => number, run: number): void {
  const byDue = ordered.map((unit) => ({ unit, due: dueOf(unit) })).toSorted((a, b) => a.due - b.due);
  const waiting: Unit[] = [];
  let next = 0;
  let taken = 0;
  for (const [index, { unit, due }] of byDue.entries()) {
    if (chosen.has(unit)) taken += 1;
    else waiting.push(unit);
    if (byDue[index + 1]?.due === due) continue;
    for (const needed = Math.ceil((index + 1) / (due - run + 1)); taken < needed; taken += 1) {
      const unread = waiting[next++];
      if (unread !== undefined) chosen.add(unread);
    }
  }
}
