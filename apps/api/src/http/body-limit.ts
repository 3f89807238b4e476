import { answerError, type Handler } from './handler.ts';

/** Refuses a body that says that it is too large, before a byte of it is read. One that does not say it is cut by the application. */
export function bodyLimit(bytes: number): Handler {
  return (request, response, next) => {
    const length = Number(request.headers['content-length'] ?? 0);
    if (length <= bytes) next();
    else answerError(response, 413, 'Request Entity Too Large', `The body has ${length} bytes; at most ${bytes} are taken.`);
  };
}
