/**
 * Where the parts of an object lie. Those of `data` in `segments` beside it, as in Freezer; those of any other object, and of a `data` that
 * replaces one, in `NAME.parts.<32 digits>`, so that no write touches the parts of another.
 */
const OWN_PARTS = /^(.+)\.parts\.[0-9a-f]{32}$/s;
const DATA = /^(|.*\/)data$/s;
const SEGMENTS = /^(|.*\/)segments$/s;

/** Undefined for objects whose parts Freezer has no place for. */
export function segmentsFolder(name: string): string | undefined {
  const before = DATA.exec(name)?.[1];
  return before === undefined ? undefined : `${before}segments`;
}

export const ownPartsFolder = (name: string, id: string): string => `${name}.parts.${id.replaceAll('-', '')}`;

/** The object whose parts may lie in a folder, by the folder's name alone; undefined for every other folder. */
export function ownerOfFolder(folder: string): string | undefined {
  const beside = SEGMENTS.exec(folder)?.[1];
  return beside === undefined ? OWN_PARTS.exec(folder)?.[1] : `${beside}data`;
}

/** The same for an object that may be a part. */
export function folderOfPart(name: string): string | undefined {
  const folder = /^(.+)\/\d{8}$/s.exec(name)?.[1];
  return folder === undefined || ownerOfFolder(folder) === undefined ? undefined : folder;
}
