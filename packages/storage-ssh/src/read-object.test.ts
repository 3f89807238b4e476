import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { type ReadingSession, readObject } from './read-object.ts';

const PIECE = 131_072;
const PIECES = 80;

/** A server with one object. It answers `turns` of the event loop later, and says how many bytes it was asked for. */
function serverOf(turns: number): { readonly session: ReadingSession; readonly asked: () => number } {
  let asked = 0;
  const stat = async (): Promise<never> => ({ size: PIECE * PIECES, isFile: () => true }) as never;
  const session: ReadingSession = {
    lost: new AbortController().signal,
    stat,
    fstat: stat,
    open: async () => Buffer.alloc(4),
    close: async () => undefined,
    read: async (_handle, piece, offset) => {
      asked += piece.length - offset;
      for (let turn = 0; turn < turns; turn += 1) await nextTurn();
      return piece.length - offset;
    },
  };
  return { session, asked: () => asked };
}

/** The most that was asked for ahead of what the reader had, in pieces. `pause`: turns that the reader takes for each piece. */
async function mostAhead(turns: number, pause: number): Promise<number> {
  const { session, asked } = serverOf(turns);
  let given = 0;
  let most = 0;
  for await (const chunk of readObject(session, '/object', { operation: 'get', key: 'object', place: 'here' }, {})) {
    most = Math.max(most, asked() - given);
    given += chunk.length;
    for (let turn = 0; turn < pause; turn += 1) await nextTurn();
  }
  expect(given).toBe(PIECE * PIECES);
  return most / PIECE;
}

it('asks for much ahead of a reader that waits for answers, and for little ahead of a slow one, so that a limit of the rate holds on the wire', async () => {
  expect(await mostAhead(50, 0)).toBeGreaterThan(15);
  expect(await mostAhead(1, 20)).toBeLessThan(2);
});
