import type { CanarySettings } from "./canary/settings";
import type { ControlPlaneSettings } from "./control-plane/settings";
import type { ExternalSecretsSettings } from "./external-secrets/settings";
import type { FalcoSettings } from "./falco/settings";
import type { MonitoringSettings } from "./monitoring/settings";
import { SHARED_NAMESPACES } from "./namespace";
import type { ShieldSettings } from "./shield/settings";
import { NAMESPACE as SPIRE_NAMESPACE } from "./spire/layout";
import type { SpireSettings } from "./spire/model";

/** The settings that name a namespace. */
export interface NamespaceSettings {
    readonly canary: Pick<CanarySettings, "enabled" | "namespace">;
    readonly controlPlane: Pick<ControlPlaneSettings, "namespace">;
    readonly externalSecrets: Pick<ExternalSecretsSettings, "namespace">;
    readonly falco: Pick<FalcoSettings, "namespace" | "sidekick">;
    readonly monitoring: Pick<MonitoringSettings, "namespace">;
    readonly platform: { readonly namespace: string };
    readonly shield: Pick<ShieldSettings, "proxyNamespace"> | undefined;
    readonly spire: Pick<SpireSettings, "oidcProvider">;
}

interface Claim {
    readonly namespace: string;
    /** Who has it, as it reads after the name. */
    readonly owner: string;
}

/**
 * Namespaces that two areas want, each under the path of the setting to change. The program closes and labels its own ones,
 * each for what runs there: it can share none of them, neither with itself nor with what others run.
 *
 * @param prefix what stands before each key, such as `x0tta6bl4:`
 */
export function namespaceCollisions(settings: NamespaceSettings, prefix: string): readonly string[] {
    const { canary, controlPlane, externalSecrets, falco, monitoring, platform, shield, spire } = settings;
    const named = (key: string, namespace: string | undefined): readonly (Claim & { key: string })[] =>
        namespace === undefined ? [] : [{ key: prefix + key, namespace, owner: `as is ${prefix}${key}` }];
    const others = [
        ...named("monitoring.namespace", monitoring.namespace),
        ...named("shield.proxyNamespace", shield?.proxyNamespace),
        ...named("spire.oidcProvider.ingressNamespace", spire.oidcProvider?.ingressNamespace),
    ];
    const own = [
        ...named("platform.namespace", platform.namespace),
        ...named("externalSecrets.namespace", externalSecrets.namespace),
        ...named("falco.namespace", falco.namespace),
        ...named("falco.sidekick.namespace", falco.sidekick?.namespace),
        ...named("controlPlane.namespace", controlPlane.namespace),
        ...named("canary.namespace", canary.enabled ? canary.namespace : undefined),
    ];
    const spireClaim: Claim = { namespace: SPIRE_NAMESPACE, owner: "which SPIRE has for itself" };
    const shared = SHARED_NAMESPACES.map((namespace): Claim => ({ namespace, owner: "which every cluster shares" }));
    const taken = (claim: Claim & { key: string }, claims: readonly Claim[]): readonly string[] => {
        const first = claims.find(({ namespace }) => namespace === claim.namespace);
        return first === undefined
            ? []
            : [`${claim.key} is "${claim.namespace}", ${first.owner}; it needs a namespace of its own`];
    };
    return [
        ...others.flatMap((claim) => taken(claim, [spireClaim])),
        ...own.flatMap((claim, index) => taken(claim, [spireClaim, ...shared, ...others, ...own.slice(0, index)])),
    ];
}
