/** A start without its storage: tried again for a while, then given up. */

import { expect, test } from 'vitest';
import { freePorts } from '../support/servers/free-ports.ts';
import { VecheProcess } from '../support/veche-process.ts';

test.each(['redis', 'postgres'])('a start on %s that never comes ends with exit code 1', async (storage) => {
  const [port] = await freePorts(1);
  const setting = `VECHE_${storage.toUpperCase()}_URL`;
  const env = { VECHE_STORAGE: storage, [setting]: `${storage}://:s3cret@127.0.0.1:${port}` };
  const veche = new VecheProcess(['serve', '--port', '0'], { env });
  expect(await veche.exitCode).toBe(1);
  const lines = veche.lines.filter(({ msg }) => msg !== 'the storage cannot be reached yet');
  expect(lines.at(-1)).toMatchObject({
    level: 'error',
    msg: expect.stringMatching(new RegExp(`^cannot start: .* does not answer: .*--${storage}-url \\(${setting}\\)`)),
  });
  expect(veche.lines.length).toBeGreaterThan(lines.length);
  expect(veche.output + veche.errors).not.toContain('s3cret');
});
