#!/bin/sh
# Holds an image against what docs/deployment.md promises: `deploy/smoke.sh [IMAGE]`, by default veche:local. Needs docker.
# It runs as the image says, on a read-only file system without any capability, and has to serve, be healthy and stop.
set -eu

image=${1:-veche:local}
name=veche-smoke-$$
trap 'docker rm --force "$name" >/dev/null 2>&1 || :' EXIT

fail() {
  echo "smoke: $*" >&2
  docker logs "$name" >&2 || :
  exit 1
}
# Runs a script in the container, where the image has node and no other client.
inside() { docker exec "$name" node --input-type=module --eval "$1"; }

docker run --detach --name "$name" --read-only --cap-drop ALL --security-opt no-new-privileges --network none \
  --health-interval 1s "$image" >/dev/null

# Healthy, as the health check of the image has it.
for _ in $(seq 60); do
  health=$(docker inspect --format '{{.State.Health.Status}}' "$name")
  [ "$health" = healthy ] && break
  sleep 1
done
[ "$health" = healthy ] || fail "is $health after a minute"

inside '
  import { readFileSync, writeFileSync } from "node:fs";
  import { once } from "node:events";
  import { connect } from "node:http2";
  import { strictEqual as is, throws } from "node:assert";
  const status = readFileSync("/proc/1/status", "utf8");
  is(/^Uid:\t(\d+)/m.exec(status)[1], "10001", "process 1 runs as another user");
  is(Number.parseInt(/^CapEff:\t(\w+)/m.exec(status)[1], 16), 0, "process 1 has capabilities");
  is(readFileSync("/proc/1/cmdline", "utf8").split("\0").slice(0, 3).join(" "), "node /app/dist/main.js serve");
  for (const path of ["/app/x", "/tmp/x"]) throws(() => writeFileSync(path, ""), { code: /EROFS|EACCES/ }, path);

  const post = async (path, body, token) => {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(`http://127.0.0.1:8080/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    is(response.ok, true, `${path}: ${response.status}`);
    return response.json();
  };
  const { token } = await post("/sessions", { displayName: "Ann" });
  const { chat } = await post("/chats", { title: "Tea" }, token);
  const { message } = await post(`/chats/${chat.id}/messages`, { text: "Hello!" }, token);
  is(message.seq, 1);

  // gRPC, of which the health service takes an empty request: one frame of no bytes.
  const client = connect("http://127.0.0.1:8080");
  const headers = { ":method": "POST", ":path": "/grpc.health.v1.Health/Check", "content-type": "application/grpc", te: "trailers" };
  const call = client.request(headers).end(Buffer.alloc(5)).resume();
  const [trailers] = await once(call, "trailers");
  is(trailers["grpc-status"], "0", "gRPC does not answer");
  client.close();

  is((await fetch("http://127.0.0.1:8080/docs")).status, 200, "the page of the API is not there");
' || fail 'does not do what it should'

docker exec "$name" node /app/dist/main.js health ready >/dev/null || fail 'is not ready'

docker stop --time 30 "$name" >/dev/null
code=$(docker inspect --format '{{.State.ExitCode}}' "$name")
[ "$code" = 0 ] || fail "stopped with exit code $code"

bytes=$(docker image inspect --format '{{.Size}}' "$image")
echo "smoke: $image served, was healthy, read-only, as 10001, without capabilities; stopped with 0; $((bytes / 1000000)) MB"
