/** The folder of a server of the tests, and a guard that outlives whoever runs the tests. */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Reads which process runs in the folder, an empty line for none, until whoever writes that is gone, however it went: its end of the
 * pipe closes then. Then ends the process, asking first, and removes the folder.
 */
const GUARD = `
pid=
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then
  kill -s "$2" "$pid"; kill -s CONT "$pid"
  for tenth in $(seq 100); do kill -s 0 "$pid" || break; sleep 0.1; done
  kill -s KILL "$pid"
fi
rm -rf "$1"
`;

/** How a server is asked to end at once. */
export type EndSignal = 'QUIT' | 'KILL';

/** A folder that is removed with all that runs in it. */
export class GuardedFolder {
  /** May be written to by the user as whom servers run. */
  readonly path: string;
  readonly #guard: ChildProcess & { readonly stdin: NodeJS.WritableStream };

  constructor(endSignal: EndSignal) {
    this.path = mkdtempSync(join(tmpdir(), 'veche-test-'));
    this.#guard = spawn('sh', ['-c', GUARD, 'guard', this.path, endSignal], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // Not told of Ctrl+C, which would end it before its work.
      detached: true,
    });
    const { uid, gid } = unprivileged();
    if (uid !== undefined && gid !== undefined) chownSync(this.path, uid, gid);
  }

  /** Says which process has to be ended, if any. */
  watch(pid: number | undefined): void {
    this.#guard.stdin.write(`${pid ?? ''}\n`);
  }

  /** Removes it. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 10 });
    this.#guard.kill('SIGKILL');
  }
}

/** As whom servers run: PostgreSQL refuses to be root. */
export function unprivileged(): { readonly uid?: number; readonly gid?: number } {
  if (userInfo().uid !== 0) return {};
  return { uid: idOfNobody('-u'), gid: idOfNobody('-g') };
}

function idOfNobody(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
}
