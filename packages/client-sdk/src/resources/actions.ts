import type { ActionChange, ActionDocument, ActionRequest } from '@freezer/models';
import type { Caller } from '../caller.ts';
import { Collection, type Root, type WriteOptions, type Written } from './collection.ts';

/** What a run of the agent shall do; jobs are made of them. */
export class Actions extends Collection<ActionDocument> {
  constructor(caller: Caller, root: Root) {
    super(caller, root, { plural: 'actions', singular: 'action', idKey: 'action_id' });
  }

  /** With an id, of the document or as option, the action of that id is created or replaced. */
  async create(action: ActionRequest, options: WriteOptions & { readonly id?: string } = {}): Promise<Written> {
    const { id, ...rest } = options;
    return this.post(action, id ?? (action.action_id || undefined), rest);
  }

  async update(id: string, change: ActionChange, options: WriteOptions = {}): Promise<Written> {
    return this.change(id, change, options);
  }
}
