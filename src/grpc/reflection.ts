/** Server reflection, v1 and v1alpha, so that clients can do without the contract's files. */

import { toBinary, type DescFile, type DescService } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Server, ServerDuplexStream } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { service as healthService } from 'grpc-health-check';

type Stream = ServerDuplexStream<unknown, unknown>;
type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0];

/** The reflection of a server. */
export interface Reflection {
  /** Ends the open streams, which would otherwise keep their connections open for ever. */
  endStreams(): void;
}

/** Adds the reflection services to a server: they describe the given services and the health service. */
export function addReflection(server: Server, services: readonly DescService[]): Reflection {
  const streams = new Set<Stream>();
  const files = new Set<DescFile>();
  for (const { file } of services) collect(file, files);
  const fileDescriptorProtos = [...files].map((file) => Buffer.from(toBinary(FileDescriptorProtoSchema, file.proto)));
  const reflection = new ReflectionService({
    veche: { format: 'Protocol Buffer 3 DescriptorProto', type: {}, fileDescriptorProtos },
    ...healthMessages(),
  });
  reflection.addToServer({
    addService(definition, methods) {
      const answer = methods['ServerReflectionInfo'] as (stream: Stream) => void;
      server.addService(definition, {
        ServerReflectionInfo(stream: Stream) {
          streams.add(stream);
          stream.on('cancelled', () => streams.delete(stream));
          answer(stream);
          readNoFasterThanWritten(stream);
        },
      });
    },
  });
  return {
    endStreams() {
      for (const stream of streams) stream.end();
    },
  };
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

/** The health service's messages, which carry the description of the file that they are from. */
function healthMessages(): PackageDefinition {
  return Object.fromEntries(Object.values(healthService).map(({ path, requestType }) => [path, requestType]));
}
