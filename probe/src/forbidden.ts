import { lookup } from "node:dns/promises";
import type { NetConnectOpts, Socket } from "node:net";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { Registry } from "prom-client";
import { Gauge } from "prom-client";

const TIMEOUT_MS = 5_000;

/** Where network policies forbid the probe to connect to. */
export interface ForbiddenTarget {
    /** As the setting has it, `host:port`. */
    readonly name: string;
    readonly host: string;
    readonly port: number;
}

/** What came of an attempt. `unknown`: it says nothing about the policies, neither way. */
export interface Attempt {
    readonly result: "open" | "refused" | "unknown";
    /** For people. */
    readonly detail: string;
}

/** How an attempt is made; tests put something of their own here. */
export interface AttemptOptions {
    /** Milliseconds for the name, and again for the connection. */
    readonly timeoutMs?: number;
    readonly connect?: (options: NetConnectOpts) => Socket;
    /** Ends attempts that are under way; they are unknown then. */
    readonly signal?: AbortSignal;
}

/**
 * The errors by which a forbidden connection ends. An engine that drops packets lets it run into a time-out, one that rejects
 * them answers by ICMP, which Linux turns into ECONNREFUSED (port unreachable), EHOSTUNREACH (administratively prohibited) or, by
 * ICMPv6, EACCES; a filter of outgoing packets in the pod's own network answers with EPERM.
 *
 * All others say nothing about policies. ENETUNREACH is one of them: it is how a pod without IPv6 ends at an IPv6 address.
 */
const REFUSALS: ReadonlySet<string> = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ETIMEDOUT", "EACCES", "EPERM"]);

/**
 * Tries a plain TCP connection to every address of a target. One that comes about is enough for `open`; `refused` takes a
 * refusal of each. Never rejects.
 */
export async function attempt(target: ForbiddenTarget, options: AttemptOptions = {}): Promise<Attempt> {
    try {
        const addresses = await resolve(target.host, options.timeoutMs ?? TIMEOUT_MS);
        const attempts = await Promise.all(addresses.map((address) => connectTo(address, target.port, options)));
        const [first] = attempts;
        return (
            attempts.find(({ result }) => result === "open") ??
            attempts.find(({ result }) => result === "unknown") ??
            first ?? { result: "unknown", detail: "the name has no address" }
        );
    } catch (error) {
        return { result: "unknown", detail: error instanceof Error ? error.message : String(error) };
    }
}

async function resolve(host: string, timeoutMs: number): Promise<readonly string[]> {
    const answered = new AbortController();
    const late = sleep(timeoutMs, undefined, { signal: answered.signal }).then(() => {
        throw new Error(`${host} was not resolved within ${timeoutMs} ms`);
    });
    try {
        return (await Promise.race([lookup(host, { all: true }), late])).map(({ address }) => address);
    } finally {
        answered.abort();
    }
}

function connectTo(host: string, port: number, options: AttemptOptions): Promise<Attempt> {
    const { timeoutMs = TIMEOUT_MS, signal } = options;
    return new Promise((resolve) => {
        const socket = (options.connect ?? connect)({ host, port, ...(signal && { signal }) });
        const settle = (result: Attempt["result"], detail: string): void => {
            resolve({ result, detail });
            socket.destroy();
        };
        socket.setTimeout(timeoutMs, () => settle("refused", `no answer within ${timeoutMs} ms`));
        socket.once("connect", () => settle("open", "the connection came about"));
        socket.on("error", (error: NodeJS.ErrnoException) =>
            settle(REFUSALS.has(error.code ?? "") ? "refused" : "unknown", error.message),
        );
    });
}

/** Tries forbidden connections over and over, and shows the last outcome of each as `probe_forbidden_open`. */
export class ForbiddenTargets {
    private readonly gauge: Gauge<"target">;
    private readonly closing = new AbortController();
    private round: Promise<void> | undefined;

    constructor(
        private readonly targets: readonly ForbiddenTarget[],
        registry: Registry,
        private readonly options: Omit<AttemptOptions, "signal"> = {},
    ) {
        this.gauge = new Gauge({
            name: "probe_forbidden_open",
            help: "1 where a connection came about that network policies forbid, 0 where it was refused; absent where that can't be told",
            labelNames: ["target"],
            registers: [registry],
        });
    }

    /** Tries every target once. While a round is under way, waits for that one instead. Never rejects. */
    check(): Promise<void> {
        this.round ??= this.tryAll().finally(() => (this.round = undefined));
        return this.round;
    }

    /** Ends what is under way. */
    close(): void {
        this.closing.abort();
    }

    private async tryAll(): Promise<void> {
        await Promise.all(
            this.targets.map(async (target) => {
                const { result } = await attempt(target, { ...this.options, signal: this.closing.signal });
                if (result === "unknown") {
                    this.gauge.remove({ target: target.name });
                } else {
                    this.gauge.set({ target: target.name }, result === "open" ? 1 : 0);
                }
            }),
        );
    }
}
