import type { Read } from "../../policies/engine/schema";
import { withDefault } from "../../policies/engine/schema";
import { area } from "../area";
import type { PlatformSettings } from "../platform/settings";
import { meshFaults } from "./mesh";
import { meshSettings } from "./settings";

export interface MeshConfig {
    readonly mesh: Read<typeof meshSettings>;
    readonly platform: PlatformSettings | undefined;
}

/** Deployed with the platform, whose part in the mesh it is. */
export const meshArea = area({
    key: "mesh",
    description: "The platform's part in a service mesh that the cluster brings; none unless set",
    settings: withDefault(meshSettings, { kind: "none" }),
    faults: ({ mesh, platform }: MeshConfig, path, { project }) =>
        mesh.kind === "none"
            ? []
            : [
                  ...(platform === undefined
                      ? [`${path} is the platform's part in a mesh; set ${project}:platform, or leave it out`]
                      : []),
                  ...meshFaults(mesh.callers, `${path}.callers`),
              ],
});
