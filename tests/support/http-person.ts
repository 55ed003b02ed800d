/** A user with a session, who calls over HTTP. */

import { createClient, type Client } from '../../src/gen/http/client/index.ts';
import * as Http from '../../src/gen/http/index.ts';

/** A client of the server at a port, with a token or without. */
export function httpClient(port: number, token?: string): Client {
  return createClient({ baseUrl: `http://127.0.0.1:${port}`, ...(token !== undefined && { auth: token }) });
}

export class HttpPerson {
  readonly client: Client;
  readonly token: string;
  readonly session: Http.Session;

  private constructor(port: number, { token, session }: Http.CreateSessionResponse) {
    this.client = httpClient(port, token);
    this.token = token;
    this.session = session;
  }

  static async enter(port: number, displayName = 'Анна'): Promise<HttpPerson> {
    const client = httpClient(port);
    const { data } = await Http.createSession({ client, body: { displayName }, throwOnError: true });
    return new HttpPerson(port, data);
  }

  /** As others see this user. */
  get user(): Http.User {
    return { userId: this.session.userId, displayName: this.session.displayName };
  }

  async openChat(body: Http.CreateChatData['body'] = {}): Promise<Http.Chat> {
    const { data } = await Http.createChat({ client: this.client, body, throwOnError: true });
    return data.chat;
  }

  async post(chatId: string, text: string): Promise<Http.Message> {
    const { client } = this;
    const { data } = await Http.postMessage({ client, path: { chatId }, body: { text }, throwOnError: true });
    return data.message;
  }
}
