/** `veche admin`: lists what is on a running server, and ends it. */

import { createClient, type Client } from '../gen/http/client/index.ts';
import * as Http from '../gen/http/index.ts';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.ts';
import type { Io } from './io.ts';
import { tableOf, type Column } from './table.ts';

/** The server that is asked. */
export interface AdminServer {
  /** Scheme, host and port. */
  readonly address: string;
  readonly token: string;
}

/** What the command line says besides; what a command has no use for is empty. */
export interface AdminArguments {
  readonly id: string;
  readonly reason: string;
  readonly isJson: boolean;
}

/** What a command does. @returns its exit code. */
export type AdminAction = (server: AdminServer, io: Io, args: AdminArguments) => Promise<number>;

/** As many as a page may have. */
const PAGE_SIZE = 500;
/** Longer than a server takes for any of these calls. */
const ANSWERED_WITHIN_MS = 15_000;

const SESSION_COLUMNS: readonly Column<Http.LiveSession>[] = [
  { title: 'USER', width: 36, value: ({ userId }) => userId },
  { title: 'CREATED', width: 24, value: ({ createdAt }) => createdAt },
  { title: 'ENDS', width: 24, value: ({ expiresAt = '-' }) => expiresAt },
  { title: 'CHATS', width: 5, value: ({ openChats }) => String(openChats) },
  { title: 'NAME', value: ({ displayName }) => displayName },
];

const CHAT_COLUMNS: readonly Column<Http.Chat>[] = [
  { title: 'CHAT', width: 36, value: ({ id }) => id },
  { title: 'CREATED', width: 24, value: ({ createdAt }) => createdAt },
  { title: 'CLOSES', width: 24, value: ({ expiresAt = '-' }) => expiresAt },
  { title: 'MESSAGES', width: 8, value: ({ messageCount }) => String(messageCount) },
  { title: 'ACTIVE', width: 6, value: ({ activeUsers }) => String(activeUsers.count) },
  { title: 'LISTED', width: 6, value: ({ unlisted }) => (unlisted ? 'no' : 'yes') },
  { title: 'CREATOR', width: 36, value: ({ creator }) => creator.userId },
  { title: 'TITLE', value: ({ title, creator }) => (title === '' ? `(${creator.displayName})` : title) },
];

/** Prints all sessions. */
export const listSessions: AdminAction = (server, io, { isJson }) =>
  printAll(server, io, isJson ? JSON_LINES : tableOf(SESSION_COLUMNS), async (client, query) => {
    const { sessions, nextPageToken } = await answered(Http.listSessions({ client, query }));
    return { items: sessions, nextPageToken };
  });

/** Prints all chats. */
export const listChats: AdminAction = (server, io, { isJson }) =>
  printAll(server, io, isJson ? JSON_LINES : tableOf(CHAT_COLUMNS), async (client, query) => {
    const { chats, nextPageToken } = await answered(Http.listAllChats({ client, query }));
    return { items: chats, nextPageToken };
  });

/** Closes one chat. */
export const closeChat: AdminAction = (server, io, { id: chatId, reason }) =>
  asking(server, io, async (client) => {
    await answered(Http.closeAnyChat({ client, path: { chatId }, query: { reason } }));
    io.write(`closed chat ${chatId}\n`);
  });

/** Ends one session. */
export const endSession: AdminAction = (server, io, { id: userId, reason }) =>
  asking(server, io, async (client) => {
    await answered(Http.endAnySession({ client, path: { userId }, query: { reason } }));
    io.write(`ended the session of ${userId}\n`);
  });

/** How items are printed. */
interface Form<Item> {
  readonly heading: string;
  readonly line: (item: Item) => string;
}

const JSON_LINES: Form<object> = { heading: '', line: (item) => `${JSON.stringify(item)}\n` };

type Query = { readonly pageSize: number; readonly pageToken?: string };

/** Prints each page before it asks for the next: of very many the first are there at once. */
function printAll<Item>(
  server: AdminServer,
  io: Io,
  { heading, line }: Form<Item>,
  read: (
    client: Client,
    query: Query,
  ) => Promise<{ readonly items: readonly Item[]; readonly nextPageToken: string | undefined }>,
): Promise<number> {
  return asking(server, io, async (client) => {
    let query: Query | undefined = { pageSize: PAGE_SIZE };
    for (let start = heading; query !== undefined; start = '') {
      const { items, nextPageToken }: Awaited<ReturnType<typeof read>> = await read(client, query);
      io.write(start + items.map(line).join(''));
      query = nextPageToken === undefined ? undefined : { pageSize: PAGE_SIZE, pageToken: nextPageToken };
    }
  });
}

/** Asks a server, and says what it refuses. */
async function asking(
  { address, token }: AdminServer,
  io: Io,
  ask: (client: Client) => Promise<void>,
): Promise<number> {
  const client = createClient({
    baseUrl: address,
    auth: token,
    fetch: (request) => fetch(request, { signal: AbortSignal.timeout(ANSWERED_WITHIN_MS) }),
  });
  try {
    await ask(client);
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    io.writeError(`veche: ${error.message.replace('{address}', address)}\n`);
    return EXIT_FAILURE;
  }
}

/** The server refused, or was not to be heard; the message says why. `{address}` stands for where it was asked. */
class Unanswered extends Error {}

/** What a server answered. @throws Unanswered */
async function answered<Data>(
  call: Promise<{ readonly data?: Data; readonly error?: unknown; readonly response?: Response }>,
): Promise<NonNullable<Data>> {
  const { data, error, response } = await call;
  if (response === undefined) throw new Unanswered(`cannot reach {address}: ${causeOf(error)}`);
  const isOurs = response.status === 204 || response.headers.get('content-type') === 'application/json';
  if (response.ok && isOurs) return data as NonNullable<Data>;
  if (!isProblem(error)) throw new Unanswered(`{address} answers ${response.status}, but not as Veche does`);
  const advice = error.code === 'ROUTE_NOT_FOUND' ? ' Does the server have an admin token?' : '';
  throw new Unanswered(`${error.code}: ${error.detail}${advice}`);
}

function isProblem(error: unknown): error is Http.Problem {
  return typeof error === 'object' && error !== null && 'code' in error && 'detail' in error;
}

/** What is wrong with a connection stands at the end of a chain of errors. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return causeOf(error.cause);
  const { message, code = '' } = error as NodeJS.ErrnoException;
  return message === '' ? code : message;
}
