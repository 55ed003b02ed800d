/** The contract of the gRPC API as tests look at it: its descriptors, with the comments that stand in the sources. */

import { execFileSync } from 'node:child_process';
import {
  createFileRegistry,
  fromBinary,
  type DescEnum,
  type DescFile,
  type DescMessage,
  type DescService,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const ROOT = new URL('../..', import.meta.url);
/** The numbers by which the descriptors of a file and of what is in it are found. */
const IN_FILE = { message: 4, enum: 5, service: 6 } as const;
const INSIDE = 2;

const IMAGE = execFileSync('node_modules/.bin/buf', ['build', '--output', '-'], { cwd: ROOT });
const REGISTRY = createFileRegistry(fromBinary(FileDescriptorSetSchema, IMAGE));
const FILES = [...REGISTRY.files].filter(({ proto }) => proto.package === 'veche.v1');

/** Every message, every enum and every service of Veche. */
export const MESSAGES: readonly DescMessage[] = FILES.flatMap(({ messages }) => messages);
export const ENUMS: readonly DescEnum[] = FILES.flatMap(({ enums }) => enums);
export const SERVICES: readonly DescService[] = FILES.flatMap(({ services }) => services);

/** The comment above a message, an enum or a service. */
export function comment(desc: DescMessage | DescEnum | DescService): string {
  return commentAt(desc.file, [IN_FILE[desc.kind], indexIn(desc)]);
}

/** The comment above the field, value or method at an index. */
export function commentInside(desc: DescMessage | DescEnum | DescService, index: number): string {
  return commentAt(desc.file, [IN_FILE[desc.kind], indexIn(desc), INSIDE, index]);
}

function indexIn(desc: DescMessage | DescEnum | DescService): number {
  const siblings: Readonly<Record<typeof desc.kind, readonly unknown[]>> = {
    message: desc.file.messages,
    enum: desc.file.enums,
    service: desc.file.services,
  };
  return siblings[desc.kind].indexOf(desc);
}

function commentAt({ proto }: DescFile, path: readonly number[]): string {
  const location = proto.sourceCodeInfo?.location.find((at) => at.path.join() === path.join());
  return (location?.leadingComments ?? '').replace(/\s+/g, ' ').trim();
}
