import { watch } from "node:fs";
import { dirname } from "node:path";

import { requireFunction, requireOptions } from "./arguments.js";
import type { Authorizer } from "./authorize.js";
import { changingAuthorizer } from "./authorize.js";
import { callIsolated, reportCallbackFailure } from "./callbacks.js";
import { PolicyError } from "./errors.js";
import { parsePolicy, readPolicyFile } from "./policy.js";

/** Looks at the file once more in case its file system tells of no changes. */
const POLL_MS = 10_000;

export interface PolicyWatchOptions {
    /** Hears of a new version that can't be used; the former one stays in force. By default it is a warning of the process. */
    readonly onFault?: (fault: PolicyError) => void;
}

/** A policy that follows its file. */
export interface WatchedPolicy {
    /** Decides by the last good version. Connections that a new version refuses are cut at once. */
    readonly authorize: Authorizer;
    /** Stops following; the version in force stays. */
    close(): void;
}

/**
 * Reads an authorization policy and follows its file, also where it is replaced as a whole, as editors and the kubelet do. Doesn't keep the
 * process alive.
 *
 * @param file as `loadPolicy` takes it
 * @throws {SpiffeError} a `PolicyError` when the first version can't be used, or an `ArgumentError`
 */
export async function watchPolicy(file: string, options: PolicyWatchOptions = {}): Promise<WatchedPolicy> {
    requireOptions(options, "options");
    const { onFault = (fault) => reportCallbackFailure("Reading a policy again", fault) } = options;
    requireFunction(onFault, "options.onFault");
    let text = await readPolicyFile(file);
    let current = parsePolicy(text, file);
    const listeners = new Set<() => void>();
    const read = async (): Promise<void> => {
        try {
            const next = await readPolicyFile(file);
            if (next === text) {
                return;
            }
            text = next;
            current = parsePolicy(next, file);
            [...listeners].forEach((listener) => callIsolated("Judging a connection anew", listener));
        } catch (error) {
            const fault =
                error instanceof PolicyError ? error : new PolicyError(file, [String(error)], { cause: error });
            callIsolated("onFault", () => onFault(fault));
        }
    };
    // One after the other: the last version read must be the last one in force.
    let reading = Promise.resolve();
    const reread = (): void => void (reading = reading.then(read));
    // The folder, not the file: a file that is replaced is another one.
    const watcher = watch(dirname(file), { persistent: false }, reread).on("error", reread);
    const timer = setInterval(reread, POLL_MS).unref();
    return {
        authorize: changingAuthorizer((...peer) => current(...peer), listeners),
        close: () => {
            watcher.close();
            clearInterval(timer);
        },
    };
}
