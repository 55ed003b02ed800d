/** The Kubernetes manifests: what the API would say of them, and what must agree between them. */

import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { ISecret, IService } from 'kubernetes-models/v1';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { configInContainer, imageUser, readProjectFile, stopMs } from './support/deployment-files.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const FOLDER = 'deploy/kubernetes/';
const ROOT = new URL('..', import.meta.url);
const { resources } = parse(readProjectFile(`${FOLDER}kustomization.yaml`)) as { readonly resources: string[] };
/** What is applied by hand, or somewhere else. */
const EXAMPLE = 'secret.example.yaml';
const ADAPTER = 'prometheus-adapter.yaml';

const manifests = [...resources, EXAMPLE].flatMap((file) =>
  parseAllDocuments(readProjectFile(FOLDER + file)).map((document) => document.toJS() as Manifest),
);

function all(kind: string): readonly unknown[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

/** The one of its kind. */
function only(kind: string): unknown {
  const [first, ...others] = all(kind);
  if (others.length > 0) throw new Error(`there are several ${kind}s`);
  return first;
}

const deployment = (only('Deployment') as IDeployment).spec!;
const services = all('Service') as readonly IService[];
const labels = deployment.template.metadata!.labels;
const pod = deployment.template.spec!;
const [container] = pod.containers;
if (container === undefined) throw new Error('the pod has no container');

/** The variables of the pod; those of the secret as in the example. */
function variables(): Record<string, string> {
  const secret = (only('Secret') as ISecret).stringData!;
  const values = container!.env!.map(({ name, value, valueFrom }) => [
    name,
    value ?? secret[valueFrom!.secretKeyRef!.key],
  ]);
  return Object.fromEntries(values) as Record<string, string>;
}

describe('the Kubernetes manifests', () => {
  test('are all applied, but for those that are meant for somewhere else', async () => {
    const files = await readdir(new URL(FOLDER, ROOT));
    expect(files.toSorted()).toStrictEqual([...resources, EXAMPLE, ADAPTER, 'kustomization.yaml'].toSorted());
  });

  test.each(manifests)('$kind $metadata.name is one that the API takes', async (manifest) => {
    const models = (await import(`kubernetes-models/${manifest.apiVersion}`)) as Record<
      string,
      new (data: object) => { validate(): void }
    >;
    const { apiVersion: _, kind, ...data } = manifest;
    const model = new models[kind]!(data);
    expect(() => model.validate()).not.toThrow();
  });

  test('have no field that the API does not know', async () => {
    const literals = manifests.map((manifest, index) => {
      const type = `import('kubernetes-models/${manifest.apiVersion}').I${manifest.kind}`;
      return `export const m${index}: ${type} = ${JSON.stringify(manifest, null, 2)};\n`;
    });
    const path = fileURLToPath(new URL('.cache/kubernetes/manifests.ts', ROOT));
    await mkdir(new URL('.cache/kubernetes/', ROOT), { recursive: true });
    await writeFile(path, literals.join(''));
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
    const run = promisify(execFile)('node_modules/.bin/tsc', [...options, path], { cwd: fileURLToPath(ROOT) });
    const { stdout } = await run.catch((error: unknown) => error as { readonly stdout: string });
    expect(stdout).toBe('');
  });

  test('run the server with settings that it takes', () => {
    expect(configInContainer(variables())).toMatchObject({ storage: 'redis', host: '0.0.0.0', logFormat: 'json' });
    expect(pod.enableServiceLinks).toBe(false);
  });

  test('give it the time that it may take to stop', () => {
    const graceMs = pod.terminationGracePeriodSeconds! * 1_000;
    expect(graceMs).toBeGreaterThan(stopMs(configInContainer(variables())));
  });

  test('let it notice that a pod is going within the drain delay', () => {
    const { periodSeconds, timeoutSeconds, failureThreshold } = container.readinessProbe!;
    const noticedMs = (periodSeconds! * failureThreshold! + timeoutSeconds!) * 1_000;
    expect(noticedMs).toBeLessThan(configInContainer(variables()).drainDelayMs);
  });

  test('run it as the image does, with no rights', () => {
    const { runAsUser, runAsGroup, runAsNonRoot } = pod.securityContext!;
    expect({ user: `${runAsUser}:${runAsGroup}`, runAsNonRoot }).toStrictEqual({
      user: imageUser(),
      runAsNonRoot: true,
    });
    expect(container.securityContext).toStrictEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('ask for life and readiness at the port where it listens', () => {
    const [port] = container.ports!;
    expect(port!.containerPort).toBe(configInContainer(variables()).port);
    for (const [probe, path] of [
      [container.startupProbe, '/healthz'],
      [container.livenessProbe, '/healthz'],
      [container.readinessProbe, '/readyz'],
    ] as const) {
      expect(probe?.httpGet).toStrictEqual({ path, port: port!.name });
    }
    for (const { spec } of services) {
      for (const { targetPort } of spec!.ports!) expect(targetPort).toBe(port!.name);
    }
  });

  test('mean the same pods, each of them', () => {
    const selectors = [
      deployment.selector.matchLabels,
      ...services.map(({ spec }) => spec!.selector),
      (only('PodDisruptionBudget') as IPodDisruptionBudget).spec!.selector!.matchLabels,
      (only('NetworkPolicy') as INetworkPolicy).spec!.podSelector!.matchLabels,
      ...pod.topologySpreadConstraints!.map(({ labelSelector }) => labelSelector!.matchLabels),
    ];
    expect(selectors).toHaveLength(7);
    for (const selector of selectors) expect(selector).toStrictEqual(labels);
  });

  test('scale the deployment on open streams, by the name under which the adapter serves them', () => {
    const { scaleTargetRef, metrics, minReplicas } = (only('HorizontalPodAutoscaler') as IHorizontalPodAutoscaler).spec;
    expect(scaleTargetRef).toStrictEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'veche' });
    expect(minReplicas).toBeGreaterThan(1);
    expect(deployment.replicas).toBeUndefined();
    const adapter = parse(readProjectFile(FOLDER + ADAPTER)) as {
      readonly rules: { readonly custom: readonly { readonly name: { readonly as: string } }[] };
    };
    const served = adapter.rules.custom.map((rule) => rule.name.as);
    expect(metrics!.flatMap(({ pods }) => pods?.metric.name ?? [])).toStrictEqual(served);
  });
});
