import type { DocumentOwner } from '@freezer/core';
import type { Item } from '../documents/item.ts';
import { isObject, without } from '../documents/merge.ts';

const RETRIES = 5;
const RETRY_SECONDS = 6;

export const isDocumentId = (id: string): boolean => /^[\w-]+$/.test(id);

/** An action as it is kept. Some of the original's clients say `mandatory` inside of `freezer_action`. */
export function actionItem(id: string, request: Item, owner: DocumentOwner): Item {
  const {
    freezer_action: inner,
    max_retries: retries,
    max_retries_interval: seconds,
    mandatory,
    ...rest
  } = without(request, 'action_id', 'user_id', 'project_id', '_version');
  const action = isObject(inner) ? inner : {};
  return {
    project_id: owner.projectId,
    action_id: id,
    user_id: owner.userId,
    max_retries: retries ?? RETRIES,
    max_retries_interval: seconds ?? RETRY_SECONDS,
    mandatory: mandatory ?? action['mandatory'] === true,
    freezer_action: action,
    ...rest,
  };
}
