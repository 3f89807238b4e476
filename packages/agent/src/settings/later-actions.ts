/** Words that later versions know as actions. */
export const LATER_ACTIONS: ReadonlySet<string> = new Set(['copy']);
