import { Chunks, type ChunksPlace } from './chunks.ts';
import { tuneV8 } from './tune-v8.ts';

type Command = typeof import('../command.ts');

/** The program itself, without what it does not need yet. */
export function loadCommand(place: ChunksPlace): Command {
  // First: V8 takes code that it made earlier under the same flags only.
  tuneV8();
  const chunks = new Chunks(place);
  process.once('exit', (code) => {
    if (code === 0) chunks.save();
  });
  return chunks.load('command.cjs') as Command;
}
