import { ApiError } from '@freezer/client-sdk';
import { FreezerError, messageOf } from '@freezer/core';

/** One line for people. What the server said stands in the words of Freezer's client: `[*] Error 422: Client not found with ID x`. */
export function lineOf(error: unknown): string {
  if (!ApiError.is(error) || error.status === undefined) return messageOf(error).replaceAll(/\s*[\r\n]+\s*/g, ' ');
  const { status, title, description, requestId, message } = error;
  if (description === undefined && title === undefined) return message;
  const more = [description === undefined ? undefined : title, requestId].filter((text) => text !== undefined && text !== '');
  return `[*] Error ${status}: ${description ?? title}${more.length > 0 ? ` (${more.join('; ')})` : ''}`.replaceAll(/\s*[\r\n]+\s*/g, ' ');
}

/** 2: the command line makes no sense, and nothing was sent; 1: it failed, also for a file that cannot be read or a server that nobody named. */
export function exitCodeOf(error: unknown): number {
  return FreezerError.is(error, 'invalid') && !ApiError.is(error) ? 2 : 1;
}
