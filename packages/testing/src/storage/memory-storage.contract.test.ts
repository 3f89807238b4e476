import { createMemoryPlace, MemoryStorage } from './memory-storage.ts';
import { describeStorageContract } from './storage-contract.ts';

let place = createMemoryPlace();

describeStorageContract('memory', {
  open: async () => {
    place = createMemoryPlace();
    return new MemoryStorage(place, 'one');
  },
  openAnother: async () => new MemoryStorage(place, 'two'),
});
