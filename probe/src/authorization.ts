import type { Authorizer, TrustDomain } from "@x0tta6bl4/spiffe";
import { AuthorizationError, SpiffeId } from "@x0tta6bl4/spiffe";

/** Lets in the given IDs and everybody of the given trust domains; with none given, everybody of the probe's own. */
export function authorizer(allowed: readonly (SpiffeId | TrustDomain)[], own: TrustDomain): Authorizer {
    const rules = allowed.length === 0 ? [own] : allowed;
    return (id) => {
        if (!rules.some((rule) => (rule instanceof SpiffeId ? rule.equals(id) : id.memberOf(rule)))) {
            throw new AuthorizationError(`${id} may not use this probe`);
        }
        return true;
    };
}
