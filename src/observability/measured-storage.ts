/** A storage whose every operation is counted and timed. */

import { Refusal } from '../domain/errors.ts';
import type { Message } from '../domain/models.ts';
import type { CallOutcome } from '../service/call-meter.ts';
import { storageFailure, type CallOptions, type PostMessage, type Storage } from '../storage/storage.ts';
import { Kept } from './instruments.ts';
import type { Instruments } from './register-metrics.ts';
import { STORAGE_OPERATIONS, type StorageOperation } from './storage-operations.ts';

type Operation = (command: unknown, options?: CallOptions) => Promise<unknown>;

/** The same storage, of which these instruments are told. */
export function measuredStorage(storage: Storage, instruments: Instruments): Storage {
  const {
    veche_storage_operations_total: operations,
    veche_storage_operation_duration_seconds: durations,
    veche_posts_total: posts,
  } = instruments;
  const stored = posts.with({});
  const timed = new Kept((operation: StorageOperation) => durations.with({ operation }));

  const measured = (operation: StorageOperation): Operation => {
    const run = storage[operation].bind(storage) as Operation;
    const counted = new Kept((code: CallOutcome) => operations.with({ operation, code }));
    const note = async (
      startedAtMs: number,
      answer: Promise<unknown>,
      command: unknown,
      options: CallOptions | undefined,
    ): Promise<void> => {
      let code: CallOutcome = 'OK';
      try {
        const value = await answer;
        if (value instanceof Refusal) code = value.code;
        else if (operation === 'postMessage' && isNew(command as PostMessage, value as Message)) stored.add(1);
      } catch (error) {
        code = failureOf(error, options);
      }
      timed.of(operation).observe((performance.now() - startedAtMs) / 1_000);
      counted.of(code).add(1);
    };
    return (command, options) => {
      const startedAtMs = performance.now();
      const answer = run(command, options);
      // Beside the way of the answer, which is no later for it.
      void note(startedAtMs, answer, command, options);
      return answer;
    };
  };

  // That each has the type of its operation the compiler cannot see; that none is missing it has seen in their list.
  const all = Object.fromEntries(STORAGE_OPERATIONS.map((operation) => [operation, measured(operation)]));
  return {
    ...(all as unknown as Pick<Storage, StorageOperation>),
    pageTokenKey: storage.pageTokenKey,
    close: () => storage.close(),
  };
}

/** A repeat is answered with the message of the first. */
function isNew(command: PostMessage, message: Message): boolean {
  return message.id === command.id;
}

function failureOf(error: unknown, options: CallOptions | undefined): CallOutcome {
  const code = storageFailure(error);
  if (code !== undefined) return code;
  const signal = options?.signal;
  return signal?.aborted === true && error === signal.reason ? 'CANCELLED' : 'INTERNAL';
}
