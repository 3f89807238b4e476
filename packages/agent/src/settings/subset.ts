/** The part of a storage that one run reads: a share that goes on with each run, or always the same of several parts. */
export type Subset = { readonly kind: 'share'; readonly percent: number } | { readonly kind: 'part'; readonly part: number; readonly parts: number };

const MOST_PARTS = 100_000;

/** Reads `10%`, `2.5 %` or `3/7`; undefined for anything else. */
export function readSubset(text: string): Subset | undefined {
  const share = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*%\s*$/.exec(text)?.[1];
  if (share !== undefined) {
    const percent = Number(share);
    return percent >= 100 / MOST_PARTS && percent <= 100 ? { kind: 'share', percent } : undefined;
  }
  const [, part, parts] = /^\s*(\d{1,6})\s*\/\s*(\d{1,6})\s*$/.exec(text) ?? [];
  if (part === undefined || parts === undefined) return undefined;
  const found = { kind: 'part' as const, part: Number(part), parts: Number(parts) };
  return found.part >= 1 && found.part <= found.parts && found.parts <= MOST_PARTS ? found : undefined;
}
