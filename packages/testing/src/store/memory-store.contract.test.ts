import { createMemoryStorePlace, MemoryStore } from './memory-store.ts';
import { describeStoreContract } from './store-contract.ts';

let place = createMemoryStorePlace();

describeStoreContract('memory', {
  open: async () => {
    place = createMemoryStorePlace();
    return new MemoryStore(place);
  },
  openAnother: async () => new MemoryStore(place),
});
