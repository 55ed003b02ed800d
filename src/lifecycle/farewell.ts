/** The last words on a connection. */

import type { Socket } from 'node:net';

/** How long the other side may take to hear them and to close its end. */
const FAREWELL_MS = 500;

/**
 * Says something, ends the connection and cuts it moments later at the latest. What still comes in until then is read and
 * dropped: to close on unread bytes would take the words back before they are heard.
 */
export function farewell(socket: Socket, words: string | Uint8Array): void {
  socket.end(words);
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(cut));
}
