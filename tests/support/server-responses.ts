/** The responses of the HTTP servers of this process, as the platform reports them: to see what a server holds. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

const CHANNEL = 'http.server.request.start';

/** Waits for the next request whose path contains this. */
export function nextResponse(path: string): Promise<ServerResponse> {
  return new Promise((resolve) => {
    const look = (message: unknown): void => {
      const { request, response } = message as { readonly request: IncomingMessage; readonly response: ServerResponse };
      if (request.url?.includes(path) !== true) return;
      unsubscribe(CHANNEL, look);
      resolve(response);
    };
    subscribe(CHANNEL, look);
  });
}
