/**
 * A program for pods that talk to each other, which says when it was answered last. It is told what to do over HTTP at 8080, by whoever may use
 * the API server's proxy:
 *
 * - `/hold?to=host:port` keeps one connection open, and has every byte that it sends come back
 * - `/ask?to=host:port` makes a new connection for each question, until many in a row were not answered
 * - `/trust?to=host:port` keeps a connection open by mutual TLS with the pod's SVID, and makes it anew when it was cut
 * - `/state` says of each of them what came of it
 *
 * and `POST /forge?to=host:port` tries once to be let in with the `cert` and `key` of its body. It answers others at 7000, and by mutual TLS at 8443.
 */
import { existsSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import { json } from "node:stream/consumers";
import { connect as connectBare } from "node:tls";

import { watchDenyList } from "../../../spiffe/src/entry/policy.js";
import { X509Source } from "../../../spiffe/src/entry/workload.js";
import { authorizeAny, authorizeMemberOf } from "../../../spiffe/src/index.js";
import { connectTls, createTlsServer } from "../../../spiffe/src/tls/index.js";

/** What has come of one task so far. */
export interface TalkState {
    /** Milliseconds since 1970 of the last answer; 0 before the first. */
    answered: number;
    /** Milliseconds since 1970 of the last question that wasn't answered. */
    failed: number;
    answers: number;
    failures: number;
    /** Failures since the last answer. */
    inARow: number;
    /** It asks no more: its connection is closed, or nothing was answered for long. It begins anew when it is asked to. */
    ended: boolean;
    /** Connections that were made. */
    connections: number;
}

const EVERY_MS = 50;
const PATIENCE_MS = 1_000;
const GIVE_UP_AFTER = 50;
const DENY_LIST = "/etc/revoked/deny.yaml";
const SOCKET = "/run/identity/spire-agent.sock";

const tasks = new Map<string, TalkState>();

function task(name: string): TalkState | undefined {
    if (tasks.get(name)?.ended === false) {
        return undefined;
    }
    const state = { answered: 0, failed: 0, answers: 0, failures: 0, inARow: 0, ended: false, connections: 0 };
    tasks.set(name, state);
    return state;
}

function answered(state: TalkState): void {
    state.answered = Date.now();
    state.answers++;
    state.inARow = 0;
}

function failed(state: TalkState): void {
    state.failed = Date.now();
    state.failures++;
    state.inARow++;
}

/** Asks without end on one connection. */
function keepAsking(socket: Pick<Socket, "on" | "write" | "destroyed">, state: TalkState): void {
    const timer = setInterval(() => socket.write("?"), EVERY_MS);
    socket.on("data", () => answered(state));
    socket.on("error", () => undefined);
    socket.on("close", () => {
        clearInterval(timer);
        failed(state);
    });
}

function hold(host: string, port: number, state: TalkState): void {
    const socket = connect({ host, port, noDelay: true }, () => {
        state.connections++;
        keepAsking(socket, state);
    });
    socket.on("error", () => failed(state));
    socket.on("close", () => (state.ended = true));
}

function ask(host: string, port: number, state: TalkState): void {
    const once = (): void => {
        const socket = connect({ host, port, noDelay: true });
        let open = true;
        const end = (count: (of: TalkState) => void): void => {
            if (open) {
                open = false;
                count(state);
                clearTimeout(patience);
                socket.destroy();
            }
        };
        const patience = setTimeout(() => end(failed), PATIENCE_MS);
        socket.on("connect", () => {
            state.connections++;
            socket.write("?");
        });
        socket.on("data", () => end(answered));
        socket.on("error", () => end(failed));
        socket.on("close", () => end(failed));
    };
    const timer = setInterval(() => {
        if (state.inARow < GIVE_UP_AFTER) {
            once();
        } else {
            clearInterval(timer);
            state.ended = true;
        }
    }, EVERY_MS * 2);
}

const identity = existsSync(SOCKET) ? await X509Source.start({ address: `unix://${SOCKET}` }) : undefined;

function trust(host: string, port: number, state: TalkState): void {
    if (identity === undefined) {
        throw new Error("this pod has no identity");
    }
    const again = (): void => {
        connectTls(identity, { authorize: authorizeAny() }, { host, port })
            .then((socket) => {
                state.connections++;
                keepAsking(socket, state);
                socket.on("close", () => setTimeout(again, EVERY_MS * 2));
            })
            .catch(() => {
                failed(state);
                setTimeout(again, EVERY_MS * 2);
            });
    };
    again();
}

/** Whether a certificate is let in at a peer: it answers, or cuts the connection. */
function forge(host: string, port: number, certificate: object): Promise<string> {
    return new Promise((resolve) => {
        const socket = connectBare({ host, port, ...certificate, rejectUnauthorized: false, minVersion: "TLSv1.3" });
        socket.on("secureConnect", () => socket.write("?"));
        socket.on("data", () => {
            resolve("answered");
            socket.destroy();
        });
        socket.on("error", () => undefined);
        socket.on("close", () => resolve("refused"));
    });
}

const TASKS: Readonly<Record<string, (host: string, port: number, state: TalkState) => void>> = {
    "/hold": hold,
    "/ask": ask,
    "/trust": trust,
};

createServer((socket) => socket.on("error", () => socket.destroy()).pipe(socket)).listen(7000);

if (identity !== undefined) {
    const members = authorizeMemberOf(identity.snapshot().svid.id.trustDomain);
    const { authorize } = existsSync(DENY_LIST) ? await watchDenyList(DENY_LIST, members) : { authorize: members };
    createTlsServer(identity, { authorize }, (socket) => {
        socket.on("error", () => socket.destroy()).pipe(socket);
    }).listen(8443);
}

createHttpServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://pod");
    const to = searchParams.get("to") ?? "";
    const [host = "", port = ""] = to.split(":");
    const begin = TASKS[pathname];
    if (pathname === "/forge") {
        void json(request)
            .then((certificate) => forge(host, Number(port), certificate as object))
            .then((verdict) => response.end(verdict));
        return;
    }
    if (begin !== undefined) {
        const state = task(`${pathname.slice(1)} ${to}`);
        if (state !== undefined) {
            begin(host, Number(port), state);
        }
    }
    response.end(JSON.stringify({ now: Date.now(), tasks: Object.fromEntries(tasks) }));
}).listen(8080);

process.once("SIGTERM", () => process.exit());
