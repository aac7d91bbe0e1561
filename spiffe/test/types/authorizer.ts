/**
 * What the compiler must refuse as an authorizer; `npm run typecheck` fails where one of these lines compiles. Nothing here is run.
 */
import type { Authorizer, SpiffeId } from "../../src/index.js";
import type { ServerPolicy } from "../../src/tls/index.js";

declare const allowed: SpiffeId;
declare function look(id: SpiffeId): Promise<boolean>;

export const right: readonly Authorizer[] = [
    (id) => id.equals(allowed),
    () => true,
    () => false,
    (id, chain, { side, target }) => side === "server" && chain.length > 0 && target === undefined && id.path !== "",
    () => {
        throw new Error("nobody");
    },
];

export const wrong: readonly Authorizer[] = [
    // @ts-expect-error a promise of a verdict is none
    (id) => look(id),
    // @ts-expect-error an asynchronous authorizer
    async (id) => id.equals(allowed) || (await look(id)),
    // @ts-expect-error nothing returned: that would once have let everybody in
    (id) => {
        if (!id.equals(allowed)) {
            throw new Error("refused");
        }
    },
    // @ts-expect-error a verdict forgotten on one path
    (id) => {
        if (id.equals(allowed)) {
            return true;
        }
    },
    // @ts-expect-error a value that isn't true or false
    (id) => id.toString(),
    // @ts-expect-error a value that may be undefined
    (id) => [true].find(() => id.equals(allowed)),
];

// @ts-expect-error there is no default for authorize
export const without: ServerPolicy = { kem: "require" };
