import type { Read } from "../../policies/engine/schema";
import { withDefault } from "../../policies/engine/schema";
import { area } from "../area";
import { meshFaults } from "./mesh";
import { meshSettings } from "./settings";

interface MeshConfig {
    readonly mesh: Read<typeof meshSettings>;
}

/** Deployed with the platform, whose part in the mesh it is. */
export const meshArea = area({
    key: "mesh",
    description: "The platform's part in a service mesh that the cluster brings; none unless set",
    settings: withDefault(meshSettings, { kind: "none" }),
    faults: ({ mesh }: MeshConfig, path) => (mesh.kind === "none" ? [] : meshFaults(mesh.callers, `${path}.callers`)),
});
