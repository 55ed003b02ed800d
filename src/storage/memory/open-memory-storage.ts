/** Opens the embedded storage. */

import { createMemoryData, type MemoryData } from './memory-data.ts';
import { MemoryStorage } from './memory-storage.ts';

/** A handle on these data; without them, on fresh data of its own. */
export function openMemoryStorage(data: MemoryData = createMemoryData()): MemoryStorage {
  return new MemoryStorage(data);
}
