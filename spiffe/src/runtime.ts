import { SpiffeError } from "./errors.js";

/** OpenSSL 3.5 came with these, and with it X25519MLKEM768, without which no TLS context of this library can be made. */
const OLDEST = [
    ["Node.js", "node", "22.20.0"],
    ["OpenSSL in Node.js", "openssl", "3.5.0"],
] as const;

/**
 * Refuses a Node.js that can't do what this library is for, in words, before something deeper fails in its own.
 *
 * @throws {SpiffeError} `unsupported_runtime`
 */
export function checkRuntime(versions: { readonly node?: string; readonly openssl?: string }): void {
    for (const [name, key, wanted] of OLDEST) {
        const found = versions[key];
        if (found === undefined || isOlder(found, wanted)) {
            const what = found === undefined ? "there is none" : `this is ${found}`;
            throw new SpiffeError("unsupported_runtime", `@x0tta6bl4/spiffe needs ${name} ${wanted} or later: ${what}`);
        }
    }
}

/** Compares versions by their numbers: 22.9.0 is older than 22.20.0. */
function isOlder(found: string, wanted: string): boolean {
    const have = found.split(/[.+-]/).map(Number);
    for (const [index, number] of wanted.split(".").map(Number).entries()) {
        const part = have[index] ?? 0;
        if (part !== number) {
            return part < number;
        }
    }
    return false;
}

// Each entry of the package evaluates this module before any other.
checkRuntime(process.versions);
