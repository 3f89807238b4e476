import type { AlertDocument } from '@freezer/models';
import type { Caller } from '../caller.ts';
import { Collection, type Root } from './collection.ts';

/** What needs somebody's attention: runs that failed or did not happen. Our server only, version 2. */
export class Alerts extends Collection<AlertDocument> {
  constructor(caller: Caller, root: Root) {
    super(caller, root, { plural: 'alerts', singular: 'alert', idKey: 'alert_id' });
  }
}
