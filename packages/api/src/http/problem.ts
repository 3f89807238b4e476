const BRAND = Symbol.for('freezer.api-problem.v1');

export interface ProblemOptions {
  readonly description?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is an error: status and the body `{"title", "description"}`. Thrown by handlers; what it says goes to the caller as it is. */
export class Problem extends Error {
  readonly [BRAND] = true;
  override readonly name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly description: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, title: string, { description, headers = {} }: ProblemOptions = {}) {
    super(`${status} ${title}${description === undefined ? '' : `: ${description}`}`);
    this.status = status;
    this.title = title;
    this.description = description;
    this.headers = headers;
  }

  static is(error: unknown): error is Problem {
    return typeof error === 'object' && error !== null && BRAND in error;
  }
}

export const badRequest = (description: string): Problem => new Problem(400, 'Bad request format', { description });

export const badParameter = (name: string, rule: string): Problem =>
  new Problem(400, 'Invalid parameter', { description: `The "${name}" parameter is invalid. ${rule}` });

export const forbidden = (): Problem => new Problem(403, 'Access Forbidden', { description: 'You are not allowed to access this resource' });

export const notFound = (description?: string): Problem => new Problem(404, 'Not Found', description === undefined ? {} : { description });

/** Of an id that nobody may see: absent and somebody else's are one answer. */
export const noDocument = (id: string): Problem => notFound(`No document found with ID ${id}`);

/** Of a path that leads nowhere. */
export const noPath = (): Problem => new Problem(404, '404 Not Found');

export const alreadyExists = (description: string): Problem => new Problem(409, 'Document already existing', { description });

export const unprocessable = (description: string): Problem => new Problem(422, 'Unprocessable Entity', { description });

export const missingBody = (): Problem => badRequest('Missing request body');
