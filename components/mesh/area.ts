import type { Read } from "../../policies/engine/schema";
import { withDefault } from "../../policies/engine/schema";
import { area } from "../area";
import type { PlatformSettings } from "../platform/settings";
import type { ShieldSettings } from "../shield/settings";
import { meshFaults, meshPortFaults } from "./mesh";
import type { MeshSettings } from "./settings";
import { meshSettings } from "./settings";
import { meshFlows } from "./specs";

export interface MeshConfig {
    readonly mesh: Read<typeof meshSettings>;
    readonly platform: PlatformSettings | undefined;
    readonly shield: ShieldSettings | undefined;
}

/** Callers outside of the platform's own namespace, and where they stand. */
function outside({ callers }: MeshSettings, platform: PlatformSettings | undefined) {
    return callers
        .map(({ namespace }, index) => ({ namespace, setting: `callers[${index}].namespace` }))
        .filter(({ namespace }) => namespace !== platform?.namespace);
}

/** The proxies of the shield call the platform too, and are refused like everybody who is no caller. */
function shieldFaults({ callers }: MeshSettings, shield: ShieldSettings | undefined): readonly string[] {
    return shield === undefined || callers.some(({ namespace }) => namespace === shield.proxyNamespace)
        ? []
        : [
              `callers name no account of ${shield.proxyNamespace}, where the shield's proxies run: the mesh would refuse every request from outside; have them injected too, and name their account`,
          ];
}

/** Deployed with the platform, whose part in the mesh it is. */
export const meshArea = area({
    key: "mesh",
    description: "The platform's part in a service mesh that the cluster brings; none unless set",
    settings: withDefault(meshSettings, { kind: "none" }),
    faults: ({ mesh, platform, shield }: MeshConfig, path, { project }) =>
        mesh.kind === "none"
            ? []
            : platform === undefined
              ? [`${path} is the platform's part in a mesh; set ${project}:platform, or leave it out`]
              : [
                    ...meshFaults(mesh.callers, platform, `${path}.callers`),
                    ...meshPortFaults(platform, `${project}:platform`),
                    ...shieldFaults(mesh, shield).map((fault) => `${path}.${fault}`),
                ],
    foreign: ({ mesh, platform }: MeshConfig) =>
        mesh.kind === "none" ? [] : [{ setting: "namespace", namespace: mesh.namespace }, ...outside(mesh, platform)],
    flows: ({ mesh, platform }: MeshConfig) =>
        mesh.kind === "none" || platform === undefined ? [] : meshFlows(mesh, platform),
});
