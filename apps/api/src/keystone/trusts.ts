import { FreezerError } from '@freezer/core';
import { callKeystone, type KeystoneAnswer, type KeystoneCallOptions } from './keystone-call.ts';

/** Who delegates what: the caller of a job for a central client. */
export interface TrustRequest {
  readonly userId: string;
  readonly projectId: string;
  /** The caller's own, by which the trust is made and removed. */
  readonly token: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Trust {
  readonly trustId: string;
  readonly trustorUserId: string;
}

export interface TrustMakerOptions {
  /** The id of the user who is trusted. */
  readonly trustee: (signal?: AbortSignal) => Promise<string>;
  readonly call: KeystoneCallOptions;
  /** Names of the roles that are delegated. */
  readonly roles: readonly string[];
}

interface TrustRow {
  readonly id: string;
  readonly project: string | undefined;
  readonly roles: readonly string[];
  readonly expires: boolean;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

function rowOf(value: unknown): TrustRow | undefined {
  if (!isRecord(value) || typeof value['id'] !== 'string') return undefined;
  const { project_id: project, roles, expires_at: expires, deleted_at: deleted } = value;
  if (deleted !== null && deleted !== undefined) return undefined;
  const names = Array.isArray(roles) ? roles.flatMap((role: unknown) => (isRecord(role) && typeof role['name'] === 'string' ? [role['name']] : [])) : [];
  return { id: value['id'], project: typeof project === 'string' ? project : undefined, roles: names, expires: typeof expires === 'string' };
}

function refused(what: string, { status, document }: KeystoneAnswer): FreezerError {
  const { error } = document;
  const reason = isRecord(error) && typeof error['message'] === 'string' ? `: ${error['message']}` : '';
  return new FreezerError(status >= 500 ? 'unavailable' : 'permission_denied', `${what}: Keystone answered ${status}${reason}`);
}

/** Makes and removes the trusts by which a central scheduler acts for a user. */
export class TrustMaker {
  readonly #options: TrustMakerOptions;

  constructor(options: TrustMakerOptions) {
    this.#options = options;
  }

  /** The trust of a user in a project for the trustee, made when there is none. Fails with `permission_denied` or `unavailable`. */
  async ensure(request: TrustRequest): Promise<Trust> {
    const { call, roles } = this.#options;
    const { userId, projectId, token, signal } = request;
    const trustee = await this.#options.trustee(signal);
    const before = await this.#find(request, trustee);
    if (before !== undefined) return { trustId: before, trustorUserId: userId };
    const trust = {
      trustor_user_id: userId,
      trustee_user_id: trustee,
      project_id: projectId,
      impersonation: false,
      allow_redelegation: false,
      roles: roles.map((name) => ({ name })),
    };
    const answer = await callKeystone(call, { method: 'POST', path: '/OS-TRUST/trusts', token, body: { trust }, signal });
    const made = rowOf(answer.document['trust']);
    if (answer.status !== 201 || !made) throw refused('make a trust', answer);
    return { trustId: made.id, trustorUserId: userId };
  }

  /** Takes a trust back. One that is gone already is gone. */
  async remove(trustId: string, { token, signal }: Pick<TrustRequest, 'token' | 'signal'>): Promise<void> {
    const path = `/OS-TRUST/trusts/${encodeURIComponent(trustId)}`;
    const answer = await callKeystone(this.#options.call, { method: 'DELETE', path, token, signal });
    if (answer.status !== 204 && answer.status !== 404) throw refused(`remove the trust ${trustId}`, answer);
  }

  async #find({ userId, projectId, token, signal }: TrustRequest, trustee: string): Promise<string | undefined> {
    const path = `/OS-TRUST/trusts?trustor_user_id=${encodeURIComponent(userId)}`;
    const answer = await callKeystone(this.#options.call, { method: 'GET', path, token, signal });
    const { trusts } = answer.document;
    if (answer.status !== 200 || !Array.isArray(trusts)) throw refused('list trusts', answer);
    const mine = trusts.filter((one: unknown) => isRecord(one) && one['trustee_user_id'] === trustee);
    // A list leaves roles out: a trust of the same three was made by this service, with the roles of its configuration.
    return mine.flatMap((one: unknown) => rowOf(one) ?? []).find((row) => row.project === projectId && !row.expires)?.id;
  }
}
