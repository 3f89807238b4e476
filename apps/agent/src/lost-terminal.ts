import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD = [0, 1, 2] as const;

/**
 * To be called when a process begins; what it returns, when it ends. Node gives a terminal its modes back at its end, and aborts with a core
 * dump when it cannot: the descriptors of a terminal that is gone by then are made to lead nowhere.
 */
export function watchTerminals(): () => void {
  const terminals = STANDARD.filter((descriptor) => isatty(descriptor));
  return () => {
    for (const descriptor of terminals) {
      if (isatty(descriptor)) continue;
      closeSync(descriptor);
      // Takes the lowest number that is free, which is this one.
      openSync('/dev/null', 'r+');
    }
  };
}
