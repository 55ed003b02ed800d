/** `veche admin` as an operator runs it: a process of its own that asks a server in another. */

import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as Http from '../src/gen/http/index.ts';
import { ADMIN_TOKEN } from './support/admin-token.ts';
import { HttpPerson } from './support/http-person.ts';
import { VecheProcess } from './support/veche-process.ts';

const NO_ID = '0198c0df-02b8-7e94-9d15-c3a6f0724b8e';
const TOKEN = { VECHE_ADMIN_TOKEN: ADMIN_TOKEN };

let server: Awaited<ReturnType<typeof VecheProcess.serve>>;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'veche-admin-'));
  server = await VecheProcess.serve(['--max-users', '0'], { env: TOKEN });
});

afterAll(async () => {
  await server?.kill();
  await rm(folder, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const veche = new VecheProcess(['admin', ...args], { env });
  onTestFinished(() => veche.kill());
  const code = await veche.exitCode;
  return { code, output: veche.output, errors: veche.errors };
}

function admin(...args: readonly string[]): Promise<Ran> {
  return run([...args, '--address', `http://127.0.0.1:${server.port}`], TOKEN);
}

describe('veche admin', () => {
  test('lists sessions and chats as tables, newest first', async () => {
    const ann = await HttpPerson.enter(server.port, 'Ann');
    const ben = await HttpPerson.enter(server.port, 'Ben 🫖');
    const hidden = await ann.openChat({ title: 'Tea', unlisted: true });
    const untitled = await ben.openChat({ ttl: '3600s' });
    await ann.post(hidden.id, 'nobody else reads this');

    const sessions = await admin('sessions');
    expect(sessions).toMatchObject({ code: 0, errors: '' });
    const [heading, first, second] = sessions.output.split('\n');
    expect(heading).toMatch(/^USER +CREATED +ENDS +CHATS {2}NAME$/);
    const { session } = ben;
    expect(first?.split(/ {2,}/).slice(0, 2)).toEqual([session.userId, session.createdAt]);
    expect(first).toMatch(/ 1 +Ben 🫖$/);
    expect(second).toMatch(new RegExp(`^${ann.session.userId} .* - +1 +Ann$`));

    const chats = await admin('chats');
    const rows = chats.output.split('\n').map((line) => line.split(/ {2,}/));
    expect(chats).toMatchObject({ code: 0, errors: '' });
    expect(rows.slice(0, 3)).toEqual([
      ['CHAT', 'CREATED', 'CLOSES', 'MESSAGES', 'ACTIVE', 'LISTED', 'CREATOR', 'TITLE'],
      [untitled.id, untitled.createdAt, untitled.expiresAt, '0', '0', 'yes', session.userId, '(Ben 🫖)'],
      [hidden.id, hidden.createdAt, '-', '1', '1', 'no', ann.session.userId, 'Tea'],
    ]);
  });

  test('lists all, page by page, as lines of JSON', async () => {
    const PAGE = 500;
    for (let left = PAGE; left > 0; left -= 50) {
      await Promise.all(Array.from({ length: 50 }, () => HttpPerson.enter(server.port)));
    }
    const last = await HttpPerson.enter(server.port, 'Last');
    const chat = await last.openChat();

    const { code, output } = await admin('sessions', '--json');
    expect(code).toBe(0);
    const sessions = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Http.LiveSession);
    expect(sessions.length).toBeGreaterThan(PAGE);
    expect(new Set(sessions.map(({ userId }) => userId)).size).toBe(sessions.length);
    expect(sessions[0]).toMatchObject({ userId: last.session.userId, displayName: 'Last', openChats: 1 });

    const chats = await admin('chats', '--json');
    expect(JSON.parse(chats.output.split('\n')[0]!)).toMatchObject({ id: chat.id, unlisted: false });
  });

  test('closes a chat and ends a session, which the server logs with the reason, and no token and no text', async () => {
    const ann = await HttpPerson.enter(server.port, 'Ann');
    const chat = await ann.openChat();
    await ann.post(chat.id, 'a text that is nobody’s business');

    expect(await admin('close-chat', chat.id, '--reason', ' spam,  again ')).toEqual({
      code: 0,
      output: `closed chat ${chat.id}\n`,
      errors: '',
    });
    const { userId } = ann.session;
    expect(await admin('end-session', userId, '--reason', 'спам')).toMatchObject({
      code: 0,
      output: `ended the session of ${userId}\n`,
    });
    const { error } = await Http.getSession({ client: ann.client });
    expect(error?.code).toBe('UNAUTHENTICATED');

    const acts = server.lines.filter(({ msg }) => msg === 'an operator acted').slice(-2);
    expect(acts).toMatchObject([
      { level: 'info', method: 'CloseAnyChat', chatId: chat.id, reason: 'spam, again', code: 'OK' },
      { level: 'info', method: 'EndAnySession', userId, reason: 'спам', code: 'OK' },
    ]);
    for (const secret of [ADMIN_TOKEN, ann.token, 'nobody’s business']) expect(server.output).not.toContain(secret);
  });

  test('says by its name what is refused, with exit code 1', async () => {
    expect(await admin('close-chat', NO_ID, '--reason', 'spam')).toEqual({
      code: 1,
      output: '',
      errors: 'veche: CHAT_NOT_FOUND: There is no open chat with this id.\n',
    });
    expect(await admin('end-session', NO_ID, '--reason', 'spam')).toMatchObject({
      code: 1,
      errors: 'veche: SESSION_NOT_FOUND: There is no live session of this user; only an operator is told so.\n',
    });
    const bad = await admin('close-chat', '../sessions', '--reason', '');
    expect(bad.code).toBe(1);
    expect(bad.errors).toMatch(/^veche: INVALID_ARGUMENT: .*reason: must not be empty.*chatId: must be a UUID/);
  });

  test('takes the token of a file, and says what is wrong with one', async () => {
    const address = `http://127.0.0.1:${server.port}`;
    const file = join(folder, 'token');
    await writeFile(file, `${ADMIN_TOKEN}\n`);
    // The other variables are those of a server, which need not be right here.
    const env = { VECHE_ADMIN_TOKEN_FILE: file, VECHE_PORT: 'x' };
    expect(await run(['chats', '--address', address], env)).toMatchObject({ code: 0, errors: '' });

    expect(await run(['chats', '--address', address, '--admin-token', 'another-admin-token'], TOKEN)).toEqual({
      code: 1,
      output: '',
      errors: 'veche: UNAUTHENTICATED: This is not the admin token, or there is none.\n',
    });
  });

  test('says when there is no server, none with an admin token, or another', async () => {
    const plain = await VecheProcess.serve([]);
    onTestFinished(() => plain.kill());
    const address = `http://127.0.0.1:${plain.port}`;
    expect(await run(['chats', '--address', address], TOKEN)).toMatchObject({
      code: 1,
      errors: 'veche: ROUTE_NOT_FOUND: There is nothing at this path. Does the server have an admin token?\n',
    });
    await plain.kill();
    const unreached = await run(['chats', '--address', address], TOKEN);
    expect(unreached).toMatchObject({ code: 1, output: '' });
    expect(unreached.errors).toMatch(new RegExp(`^veche: cannot reach ${address}: .*ECONNREFUSED`));

    const other = createServer((_request, response) => response.writeHead(200).end('hello')).listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const strange = await run(['chats', '--address', `http://127.0.0.1:${port}`], TOKEN);
    expect(strange).toMatchObject({ code: 1, output: '' });
    expect(strange.errors).toBe(`veche: http://127.0.0.1:${port} answers 200, but not as Veche does\n`);
  });
});
