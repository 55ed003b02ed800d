/** How many pages of 50 messages a server hands out, beside a bare server that encodes the same page each time. */

import { MessageService } from '../src/gen/veche/v1/message_pb.js';
import { GRPC } from './grpc/api.ts';
import { GrpcConnection, prepareCall, type PreparedCall } from './grpc/connection.ts';
import { PAGE_SIZE, TEXT } from './load.ts';
import { compare, type Measure, type Side } from './measure.ts';
import type { Scale } from './scale.ts';
import { withBoth, type Target } from './target.ts';

const KEPT = 1_000;

export function measurePages(scale: Scale): Promise<Measure[]> {
  return withBoth(GRPC, async (veche, bare) => [
    await compare(`gRPC pages of ${PAGE_SIZE}`, scale, {
      veche: await paging(veche, scale),
      beside: { name: 'bare page', ...(await paging(bare, scale)) },
    }),
  ]);
}

/** Walks again and again through a full chat. */
async function paging(target: Target<PreparedCall>, { pages }: Scale): Promise<Side> {
  const [token = ''] = await target.createSessions(1);
  const chatId = await target.createChat(token, KEPT);
  await target.sendPrepared(KEPT, [GRPC.preparePost({ token, chatId, text: TEXT })]);

  const connection = await GrpcConnection.open(target.process.port);
  const method = MessageService.method.listMessages;
  const calls: PreparedCall[] = [];
  let pageToken = '';
  while (calls.length < KEPT / PAGE_SIZE) {
    const request = { chatId, pageSize: PAGE_SIZE, pageToken };
    const page = await connection.ask(method, request, token);
    if (page.messages.length !== PAGE_SIZE) throw new Error(`a page of ${page.messages.length} messages`);
    calls.push(prepareCall(method, request, token));
    pageToken = page.nextPageToken;
  }
  connection.close();
  return { target, task: () => target.sendPrepared(pages, calls) };
}
