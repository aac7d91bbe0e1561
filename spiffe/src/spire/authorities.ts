import type { SpireConnection } from "./connection.js";
import { fromWireTime } from "./convert.js";
import type { AuthorityState } from "./gen/spire/api/server/localauthority/localauthority_pb.js";
import { LocalAuthority } from "./gen/spire/api/server/localauthority/localauthority_pb.js";

/** One signing authority of the server. */
export interface Authority {
    readonly id: string;
    readonly expiresAt: Date | undefined;
}

/** The server's signing authorities of one kind. */
export interface AuthorityStates {
    /** Signs now. */
    readonly active: Authority | undefined;
    /** In the bundle already, and signs after `activate`. */
    readonly prepared: Authority | undefined;
    /** Signed before; may be tainted and revoked. */
    readonly old: Authority | undefined;
}

/**
 * The life of the server's authorities, X.509 and JWT alike: `prepare` puts a new one into the bundle, `activate` makes it
 * sign, `taint` has everything the old one signed replaced, `revoke` takes the old one out of the bundle.
 */
export interface AuthorityLifecycle {
    states(): Promise<AuthorityStates>;
    prepare(): Promise<Authority>;
    activate(id: string): Promise<Authority>;
    taint(id: string): Promise<Authority>;
    revoke(id: string): Promise<Authority>;
}

/** Signing authorities of the SPIRE server (service `spire.api.server.localauthority.v1.LocalAuthority`). */
export class Authorities {
    readonly x509: AuthorityLifecycle;
    readonly jwt: AuthorityLifecycle;

    constructor(connection: SpireConnection) {
        const rpc = LocalAuthority.method;
        this.x509 = {
            states: async () => fromStates(await connection.call(rpc.getX509AuthorityState, {})),
            prepare: async () => required((await connection.call(rpc.prepareX509Authority, {})).preparedAuthority),
            activate: async (authorityId) =>
                required((await connection.call(rpc.activateX509Authority, { authorityId })).activatedAuthority),
            taint: async (authorityId) =>
                required((await connection.call(rpc.taintX509Authority, { authorityId })).taintedAuthority),
            revoke: async (authorityId) =>
                required((await connection.call(rpc.revokeX509Authority, { authorityId })).revokedAuthority),
        };
        this.jwt = {
            states: async () => fromStates(await connection.call(rpc.getJWTAuthorityState, {})),
            prepare: async () => required((await connection.call(rpc.prepareJWTAuthority, {})).preparedAuthority),
            activate: async (authorityId) =>
                required((await connection.call(rpc.activateJWTAuthority, { authorityId })).activatedAuthority),
            taint: async (authorityId) =>
                required((await connection.call(rpc.taintJWTAuthority, { authorityId })).taintedAuthority),
            revoke: async (authorityId) =>
                required((await connection.call(rpc.revokeJWTAuthority, { authorityId })).revokedAuthority),
        };
    }
}

function fromStates(states: {
    active?: AuthorityState;
    prepared?: AuthorityState;
    old?: AuthorityState;
}): AuthorityStates {
    return { active: fromWire(states.active), prepared: fromWire(states.prepared), old: fromWire(states.old) };
}

function fromWire(state: AuthorityState | undefined): Authority | undefined {
    return state && { id: state.authorityId, expiresAt: fromWireTime(state.expiresAt) };
}

function required(state: AuthorityState | undefined): Authority {
    const authority = fromWire(state);
    if (authority === undefined) {
        throw new TypeError("the SPIRE server answered without an authority");
    }
    return authority;
}
