/** The memory storage keeps what every storage must keep. */

import { describeStorage } from '../conformance/describe-storage.ts';
import { createMemoryData } from './memory-data.ts';
import { openMemoryStorage } from './open-memory-storage.ts';

describeStorage('memory', async () => {
  const data = createMemoryData();
  const handles = [openMemoryStorage(data), openMemoryStorage(data)] as const;
  return { handles, close: async () => {} };
});
