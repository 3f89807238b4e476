import type { ServerResponse } from 'node:http';
import type { Handler } from './handler.ts';

/** How long a caller may go on sending what nobody wants. */
const PATIENCE_MS = 30_000;

/**
 * A connection that is closed while its caller still sends is reset, and the answer lost. So an answer that closes the connection is only ended when the
 * body has come to its end, read and thrown away. Where the connection is kept, Node reads on by itself.
 */
export const readBodyAway =
  (patienceMs = PATIENCE_MS): Handler =>
  (request, response, next) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (encoding !== undefined || Number(length ?? 0) > 0) {
      const { end } = response;
      const finish = (content: readonly unknown[]): void => void Reflect.apply(end, response, content);
      response.end = (...content: readonly unknown[]): ServerResponse => {
        const isKept = response.shouldKeepAlive && response.getHeader('connection') !== 'close';
        if (isKept || request.complete || request.destroyed) finish(content);
        else {
          const done = (): void => {
            clearTimeout(late);
            request.off('close', done);
            finish(content);
          };
          // Then the connection is closed as it is: who did not come to an end may have read the answer.
          const late = setTimeout(done, patienceMs);
          request.once('close', done);
          request.resume();
        }
        return response;
      };
    }
    next();
  };
