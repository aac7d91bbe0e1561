import type { WorkloadApiClient } from "../../src/entry/workload.js";
import type { JwtSource } from "../../src/entry/jwt.js";
import type { FakeWorkloadApi } from "../support/fake-workload-api.js";
import type { TlsWorld } from "../support/tls-world.js";
import type { TokenIssuer } from "../support/tokens.js";

/** One function with arguments that are right; each is replaced in turn. */
export interface Call {
    readonly args: readonly unknown[];
    readonly run: (...args: never[]) => unknown;
    /** For an argument by its position: which wrong-looking values are right after all. */
    readonly fine?: Readonly<Record<number, (value: unknown) => boolean>>;
}

/** What the arguments are made of. */
export interface Given {
    readonly world: TlsWorld;
    readonly api: FakeWorkloadApi;
    /** With the files of the server's SVID. */
    readonly folder: string;
    readonly issuer: TokenIssuer;
    /** Of the issuer, for `reports`. */
    readonly token: string;
    readonly client: WorkloadApiClient;
    readonly source: JwtSource;
}

export const isText = (value: unknown): boolean => typeof value === "string";
export const isAbsent = (value: unknown): boolean => value === undefined;
/** Options may be any object: members that aren't known mean nothing. Those in {@link junk} that are known are all wrong. */
export const isOptions = (value: unknown): boolean =>
    value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value));
export const isEmpty = (value: unknown): boolean => isOptions(value) && Object.keys(value ?? {}).length === 0;
export const isListOfNothing = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
export async function startAndClose(starting: Promise<{ close(): void }>): Promise<void> {
    (await starting).close();
}
