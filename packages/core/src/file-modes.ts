export const FILE_MODE_HELP = "must be octal text such as '0600' or '0640': read and write for the owner, no execute bits, nothing above 0666";

/** Permission bits of files that are made: octal text, or a number. Undefined for what `FILE_MODE_HELP` does not allow. */
export function readFileMode(value: unknown): number | undefined {
  const mode = typeof value === 'string' && /^(0o?)?[0-6]{3}$/.test(value) ? Number.parseInt(value.replace(/^0o?/, ''), 8) : value;
  const isMode = typeof mode === 'number' && Number.isInteger(mode) && (mode & ~0o666) === 0 && (mode & 0o600) === 0o600;
  return isMode ? mode : undefined;
}

/** Those of folders: who may read a file may enter the folder that it lies in. */
export const folderModeOf = (fileMode: number): number => fileMode | ((fileMode & 0o444) >> 2);
