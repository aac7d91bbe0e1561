import { watch } from "node:fs";
import { dirname } from "node:path";

import { requireFunction, requireOptions } from "./arguments.js";
import type { Authorizer } from "./authorize.js";
import { changingAuthorizer, checkAuthorizer, onAuthorizerChange } from "./authorize.js";
import { callIsolated, reportCallbackFailure } from "./callbacks.js";
import { PolicyError } from "./errors.js";
import { parseDenyList, parsePolicy, readPolicyFile } from "./policy.js";

/** Looks at the file once more in case its file system tells of no changes. */
const POLL_MS = 10_000;

/** How a file of {@link watchPolicy} or {@link watchDenyList} is followed. */
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
    return follow(file, options, new Set(), parsePolicy);
}

/**
 * Narrows an authorizer by a list of revoked identities, and follows the list's file: a policy that has `deny` alone, as the responder writes
 * one. Whom it names is refused, and connections of theirs are cut; whom it doesn't name is judged by the authorizer, whose own changes are
 * followed too.
 *
 * @param file as `loadPolicy` takes it; the list must be there, if only as `deny: []`
 * @throws {SpiffeError} a `PolicyError` when the first version can't be used, or an `ArgumentError`
 */
export async function watchDenyList(
    file: string,
    authorizer: Authorizer,
    options: PolicyWatchOptions = {},
): Promise<WatchedPolicy> {
    checkAuthorizer(authorizer, "authorizer");
    const listeners = new Set<() => void>();
    const followed = await follow(file, options, listeners, (text, name) => parseDenyList(text, name, authorizer));
    const end = onAuthorizerChange(authorizer, () => judgeAnew(listeners));
    return {
        authorize: followed.authorize,
        close: () => {
            end();
            followed.close();
        },
    };
}

async function follow(
    file: string,
    options: PolicyWatchOptions,
    listeners: Set<() => void>,
    parse: (text: string, name: string) => Authorizer,
): Promise<WatchedPolicy> {
    requireOptions(options, "options");
    const { onFault = (fault) => reportCallbackFailure("Reading a policy again", fault) } = options;
    requireFunction(onFault, "options.onFault");
    let text = await readPolicyFile(file);
    let current = parse(text, file);
    let closed = false;
    const read = async (): Promise<void> => {
        try {
            const next = await readPolicyFile(file);
            if (closed || next === text) {
                return;
            }
            text = next;
            current = parse(next, file);
            judgeAnew(listeners);
        } catch (error) {
            if (closed) {
                return;
            }
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
            closed = true;
            watcher.close();
            clearInterval(timer);
        },
    };
}

function judgeAnew(listeners: ReadonlySet<() => void>): void {
    [...listeners].forEach((listener) => callIsolated("Judging a connection anew", listener));
}
