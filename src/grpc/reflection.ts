/** Server reflection, v1 and v1alpha, so that clients can do without the contract's files. */

import { toBinary, type DescFile, type DescService } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Server, ServerDuplexStream } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { file_google_rpc_error_details as errorDetails } from '../gen/google/rpc/error_details_pb.js';
import { Health } from '../gen/grpc/health/v1/health_pb.js';
import type { OnRefused } from './arriving-requests.ts';
import { OpenStreams } from './open-streams.ts';

type Stream = ServerDuplexStream<unknown, unknown>;

/** The reflection of a server. */
export interface Reflection {
  /** Ends the open streams, which would otherwise keep their connections open. */
  endStreams(): void;
}

/** Adds the reflection services to a server: they describe the given services, the health service, and the details of errors. */
export function addReflection(server: Server, services: readonly DescService[], onRefused: OnRefused): Reflection {
  const streams = new OpenStreams(onRefused);
  const files = new Set<DescFile>();
  for (const { file } of [...services, Health]) collect(file, files);
  collect(errorDetails, files);
  const fileDescriptorProtos = [...files].map((file) => Buffer.from(toBinary(FileDescriptorProtoSchema, file.proto)));
  const reflection = new ReflectionService({
    veche: { format: 'Protocol Buffer 3 DescriptorProto', type: {}, fileDescriptorProtos },
  });
  reflection.addToServer({
    addService(definition, methods) {
      const answer = methods['ServerReflectionInfo'] as (stream: Stream) => void;
      server.addService(definition, {
        ServerReflectionInfo(stream: Stream) {
          if (!streams.add(stream)) return;
          answer(stream);
          readNoFasterThanWritten(stream);
        },
      });
    },
  });
  return { endStreams: () => streams.end() };
}

/** The library answers as fast as it is asked, and would pile up answers that nobody takes. */
function readNoFasterThanWritten(stream: Stream): void {
  stream.on('data', () => {
    if (stream.writableNeedDrain) stream.pause();
  });
  stream.on('drain', () => stream.resume());
}

/** A file and all that it imports. */
function collect(file: DescFile, into: Set<DescFile>): void {
  if (into.has(file)) return;
  into.add(file);
  for (const imported of file.dependencies) collect(imported, into);
}
