import type { ForeignNamespace } from "../area";
import type { Flow } from "../network/flows";
import type { Tenant } from "../network/standard";
import type { ApplicationOf } from "../platform/applications";
import { below } from "../platform/applications";
import type { ShieldSettings } from "../shield/settings";
import { meshFaults, meshPortFaults } from "./mesh";
import type { MeshSettings } from "./settings";
import { meshFlows } from "./specs";

/** The proxies of the shield call the application too, and are refused like everybody who is no caller. */
function withoutShield({ callers }: MeshSettings, shield: ShieldSettings | undefined): readonly string[] {
    return shield === undefined || callers.some(({ namespace }) => namespace === shield.proxyNamespace)
        ? []
        : [
              `callers name no account of ${shield.proxyNamespace}, where the shield's proxies run: the mesh would refuse every request from outside; have them injected too, and name their account`,
          ];
}

/** What is wrong with an application's part in its mesh, if it is in one; one line each. */
export function meshFaultsOf(one: ApplicationOf, tenants: readonly Tenant[], project: string): readonly string[] {
    const { at, mesh, settings, shield } = one;
    const path = `${project}:${at.mesh}`;
    return mesh.kind === "none"
        ? []
        : [
              ...meshFaults(mesh.callers, tenants, `${path}.callers`),
              ...meshPortFaults(settings, `${project}:${at.own}`),
              ...withoutShield(mesh, shield).map((fault) => `${path}.${fault}`),
          ];
}

/** The namespaces of others that an application's mesh needs: of its control plane, and of callers. */
export function meshForeign(
    { at, mesh }: Pick<ApplicationOf, "at" | "mesh">,
    tenants: readonly Tenant[],
): readonly ForeignNamespace[] {
    if (mesh.kind === "none") {
        return [];
    }
    const callers = mesh.callers
        .map(({ namespace }, index) => ({ namespace, setting: below(at.mesh, `callers[${index}].namespace`) }))
        .filter((claim) => !tenants.some(({ namespace }) => namespace === claim.namespace));
    return [{ setting: below(at.mesh, "namespace"), namespace: mesh.namespace }, ...callers];
}

/** The flows of an application's mesh, if it is in one. */
export function meshFlowsOf({ mesh, settings }: ApplicationOf, tenants: readonly Tenant[]): readonly Flow[] {
    return mesh.kind === "none" ? [] : meshFlows(mesh, settings, tenants);
}
