// npm run bench:spiffe [-- --seconds 60 --handshakes 3000]: the figures of README.md. Fails when a request failed during rotation.
import { parseArgs } from "node:util";

import { goIsThere } from "../../test/interop/go-program.js";
import { buildPeer } from "../../test/interop/peer.js";
import { benchHandshakes } from "./handshakes.js";
import { benchRotation } from "./rotation.js";
import { table } from "./table.js";
import { benchVerification } from "./verification.js";

const { values } = parseArgs({
    options: {
        seconds: { type: "string", default: "60" },
        handshakes: { type: "string", default: "3000" },
    },
});

const ms = (value: number): string => value.toFixed(1);

const withGo = goIsThere();
if (withGo) {
    await buildPeer();
} else {
    process.stdout.write("handshakes with go-spiffe: skipped, go is not on the PATH\n");
}
const handshakes = await benchHandshakes(Number(values.handshakes), withGo);
table(
    ["client", "server", "group", "handshakes/s", "p50 ms", "p99 ms", "client CPU ms", "server CPU ms", "failed"],
    handshakes.map(({ client, server, group, perSecond, p50, p99, clientCpuMs, serverCpuMs, failures }) => [
        ...[client, server, group, Math.round(perSecond), ms(p50), ms(p99)],
        ...[clientCpuMs.toFixed(2), serverCpuMs.toFixed(2), failures],
    ]),
);

const { rotations, figures } = await benchRotation(Number(values.seconds));
process.stdout.write(`\n${rotations} rotations in ${values.seconds} s\n`);
table(
    ["transport", "requests", "connections", "failed"],
    figures.map(({ transport, requests, connections, failures }) => [transport, requests, connections, failures]),
);

table(
    ["keys", "SVID below the root, µs", "with an intermediate, µs"],
    (await benchVerification(3_000)).map(({ key, leaf, chain }) => [key, Math.round(leaf), Math.round(chain)]),
);

process.exit(figures.every(({ failures }) => failures === 0) ? 0 : 1);
