/** Has Prometheus' own tool judge what is meant for Prometheus. */

import { execFile } from 'node:child_process';

/** Runs `promtool`. @returns what it says. @throws with what it says if it finds anything wrong, or is not there. */
export function promtool(args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('promtool', args, (error, stdout, stderr) => {
      if (error === null) resolve(stdout + stderr);
      else if (error.code === 'ENOENT') reject(new Error('these tests need promtool: install prometheus'));
      else reject(new Error(`promtool ${args.join(' ')}: ${stdout}${stderr}`));
    });
    child.stdin?.end(input);
  });
}
