import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { connect } from "node:tls";

import type { X509Snapshot } from "@x0tta6bl4/spiffe";
import { verifyX509Svid } from "@x0tta6bl4/spiffe";
import { X509Source } from "@x0tta6bl4/spiffe/workload";
import { createFetch, SpiffeDispatcher } from "@x0tta6bl4/spiffe/fetch";
import { createHttpsServer } from "@x0tta6bl4/spiffe/http";
import { JwtSource } from "@x0tta6bl4/spiffe/jwt";
import { connectTls } from "@x0tta6bl4/spiffe/tls";

import { authorizer } from "./authorization.js";
import type { EchoAnswer } from "./echo.js";
import { echo } from "./echo.js";
import { attempt } from "./forbidden.js";
import type { ProbeSettings } from "./settings.js";

const START_TIMEOUT_MS = 30_000;
const CALL_TIMEOUT_MS = 10_000;

/** One thing that was tried. */
export interface Proof {
    readonly name: string;
    readonly proved: boolean;
    /** What was found, or why it failed. Never a secret. */
    readonly detail: string;
}

/** What `--once` prints. */
export interface ProbeReport {
    readonly schema: 1;
    readonly spiffeId: string | undefined;
    readonly proved: boolean;
    readonly proofs: readonly Proof[];
}

/**
 * Proves, one after the other, that this process has an identity, that mutual TLS by it works and keeps others out, and that what
 * network policies forbid is refused. Goes on after a failure, so that the report is whole; without an identity there is nothing
 * to prove about mutual TLS.
 */
export async function proveOnce(settings: ProbeSettings): Promise<ProbeReport> {
    const proofs: Proof[] = [];
    const prove = async (name: string, attempt: () => Promise<string>): Promise<boolean> => {
        const proof = await attempt().then(
            (detail) => ({ name, proved: true, detail }),
            (error: unknown) => ({ name, proved: false, detail: explain(error) }),
        );
        proofs.push(proof);
        return proof.proved;
    };
    let source: X509Source | undefined;
    try {
        const issued = await prove("the Workload API issues an X.509-SVID", async () => {
            source = await X509Source.start({ address: settings.workloadApi, startTimeoutMs: START_TIMEOUT_MS });
            return source.snapshot().svid.id.toString();
        });
        if (issued && source !== undefined) {
            const snapshot = source.snapshot();
            await prove("the SVID verifies against the trust bundle", () => verifyOwn(snapshot));
            await prove("a JWT-SVID is issued and valid", () => proveJwt(settings.workloadApi));
            await proveMutualTls(settings, source, prove);
        }
    } finally {
        source?.close();
    }
    for (const target of settings.forbidden) {
        await prove(`a connection to ${target.name} is refused`, async () => {
            const { result, detail } = await attempt(target);
            if (result !== "refused") {
                throw new Error(result === "open" ? detail : `could not be tried: ${detail}`);
            }
            return detail;
        });
    }
    return {
        schema: 1,
        spiffeId: proofs[0]?.proved === true ? proofs[0].detail : undefined,
        proved: proofs.every(({ proved }) => proved),
        proofs,
    };
}

type Prove = (name: string, attempt: () => Promise<string>) => Promise<boolean>;

function verifyOwn({ svid, bundles }: X509Snapshot): Promise<string> {
    const { chain } = verifyX509Svid(svid.certificates, bundles);
    return Promise.resolve(`path of ${chain.length} certificates, valid until ${svid.notAfter.toISOString()}`);
}

async function proveJwt(address: string): Promise<string> {
    const source = await JwtSource.start({ address, startTimeoutMs: START_TIMEOUT_MS });
    try {
        const svid = await source.fetch({ audience: ["probe"] });
        const valid = await source.validate(svid.marshal(), ["probe"]);
        return `${valid.id} until ${svid.expiry.toISOString()}`;
    } finally {
        source.close();
    }
}

async function proveMutualTls(settings: ProbeSettings, source: X509Source, prove: Prove): Promise<void> {
    const own = source.snapshot().svid.id;
    const policy = { authorize: authorizer(settings.allowed, own.trustDomain), kem: settings.kem };
    const loopback = { ...policy, authorize: authorizer([own], own.trustDomain) };
    const server = createHttpsServer(source, loopback, echo);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const dispatcher = new SpiffeDispatcher(source, loopback);
    const outward = new SpiffeDispatcher(source, policy);
    try {
        await prove("mutual TLS 1.3 with itself works", () =>
            callEcho(dispatcher, new URL(`https://127.0.0.1:${port}`)),
        );
        await prove("a client without an SVID is refused", () =>
            mustClose(() => connectTls(source, { ...loopback, presentSvid: false }, { host: "127.0.0.1", port })),
        );
        await prove("a client with TLS 1.2 is refused", () =>
            mustClose(async () => {
                // Whom it reached doesn't matter here: the server must refuse before that.
                const socket = connect({ host: "127.0.0.1", port, maxVersion: "TLSv1.2", rejectUnauthorized: false });
                await once(socket, "secureConnect");
                return socket;
            }),
        );
        for (const peer of settings.peers) {
            await prove(`the echo of ${peer.host} answers`, () => callEcho(outward, peer));
        }
    } finally {
        await Promise.all([dispatcher.close(), outward.close()]);
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    }
}

async function callEcho(dispatcher: SpiffeDispatcher, peer: URL): Promise<string> {
    const response = await createFetch(dispatcher)(new URL("/echo", peer), {
        method: "POST",
        body: "ping",
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    const answer = (await response.json()) as EchoAnswer;
    if (!response.ok || answer.body !== "ping") {
        throw new Error(`the echo answered ${response.status}`);
    }
    return `known there as ${answer.peer}, key exchange by ${answer.group}`;
}

/** Proves that a connection doesn't come about, or is closed by the server before a byte comes back. */
async function mustClose(open: () => Promise<TLSSocket>): Promise<string> {
    let socket: TLSSocket;
    try {
        socket = await open();
    } catch (error) {
        return explain(error);
    }
    socket.on("error", () => {}).resume();
    await once(socket, "close", { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
    if (socket.bytesRead > 0) {
        throw new Error("the server answered");
    }
    return "closed before a byte came back";
}

function explain(error: unknown): string {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
    return error instanceof Error ? `${error.message}${cause}` : String(error);
}
