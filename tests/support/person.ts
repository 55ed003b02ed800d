/** Somebody with a session, for tests of conversations over gRPC. */

import type {
  DescMessage,
  DescMethodServerStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import { ChatService, type Chat, type CreateChatRequestSchema } from '../../src/gen/veche/v1/chat_pb.js';
import { MessageService, type Message } from '../../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../../src/gen/veche/v1/session_pb.js';
import type { GrpcClient, ResponseStream } from './grpc-client.ts';

/** Calls with their token. */
export class Person {
  readonly client: GrpcClient;
  readonly userId: string;
  readonly displayName: string;
  readonly token: string;

  private constructor(client: GrpcClient, facts: Pick<Person, 'userId' | 'displayName' | 'token'>) {
    this.client = client;
    this.userId = facts.userId;
    this.displayName = facts.displayName;
    this.token = facts.token;
  }

  /** Starts a session. */
  static async enter(client: GrpcClient, displayName = 'Анна'): Promise<Person> {
    const { session, token } = await client.call(SessionService.method.createSession, { displayName });
    return new Person(client, { userId: session!.userId, displayName: session!.displayName, token });
  }

  call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    return this.client.call(method, request, { token: this.token });
  }

  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
  ): ResponseStream<MessageShape<O>> {
    return this.client.stream(method, request, { token: this.token });
  }

  async openChat(request: MessageInitShape<typeof CreateChatRequestSchema> = {}): Promise<Chat> {
    return (await this.call(ChatService.method.createChat, request)).chat!;
  }

  async post(chatId: string, text: string): Promise<Message> {
    return (await this.call(MessageService.method.postMessage, { chatId, text })).message!;
  }
}
