import type { ForeignNamespace, OwnNamespace } from "./area";
import { SHARED_NAMESPACES } from "./namespace";

/** The namespaces that one area wants, under the full key of its settings. */
export interface NamespaceClaims {
    readonly key: string;
    readonly own: readonly Pick<OwnNamespace, "namespace" | "setting">[];
    readonly foreign: readonly ForeignNamespace[];
}

interface Claim {
    readonly namespace: string;
    /** The setting to change; undefined where the name is fixed. */
    readonly setting: string | undefined;
    /** Who has it, as it reads after the name. */
    readonly owner: string;
}

/**
 * Namespaces that two areas want, each under the path of the setting to change. The program closes and labels its own ones,
 * each for what runs there: it can share none of them, neither with itself nor with what others run. A name that is fixed
 * goes first; after it, of two areas the earlier has the namespace and the later is told.
 */
export function namespaceCollisions(areas: readonly NamespaceClaims[]): readonly string[] {
    const claims = areas.map(({ key, own, foreign }) => ({
        own: own.map((claim) => claimOf(key, claim)),
        foreign: foreign.map((claim) => claimOf(key, claim)),
    }));
    const own = claims.flatMap((area) => area.own);
    const foreign = claims.flatMap((area) => area.foreign);
    const fixed = own.filter(({ setting }) => setting === undefined);
    const movable = own.filter(({ setting }) => setting !== undefined);
    const shared = SHARED_NAMESPACES.map((namespace) => ({
        namespace,
        setting: undefined,
        owner: "which every cluster shares",
    }));
    return [
        ...foreign.flatMap((claim) => taken(claim, fixed)),
        ...movable.flatMap((claim, index) =>
            taken(claim, [...fixed, ...shared, ...foreign, ...movable.slice(0, index)]),
        ),
    ];
}

function claimOf(key: string, { namespace, setting }: NamespaceClaims["own"][number]): Claim {
    const path = setting === undefined ? undefined : `${key}.${setting}`;
    return { namespace, setting: path, owner: path === undefined ? `which ${key} has for itself` : `as is ${path}` };
}

function taken({ setting, namespace }: Claim, claims: readonly Claim[]): readonly string[] {
    const first = claims.find((claim) => claim.namespace === namespace);
    return first === undefined ? [] : [`${setting} is "${namespace}", ${first.owner}; it needs a namespace of its own`];
}
