/** A process and those that it has started, as PostgreSQL starts one for each connection. */

import { execFileSync } from 'node:child_process';

/** Lets all of them stand still, with their connections open. */
export function freezeTree(pid: number): void {
  // First the one that could start more.
  signal(pid, 'SIGSTOP');
  for (const child of treeOf(pid).slice(1)) signal(child, 'SIGSTOP');
}

/** Lets all of them go on. */
export function thawTree(pid: number): void {
  for (const each of treeOf(pid)) signal(each, 'SIGCONT');
}

/** The process itself, and then all that come from it. */
export function treeOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [pid];
  for (const each of tree) {
    for (const [child = 0, parent] of pairs) if (parent === each) tree.push(child);
  }
  return tree;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
