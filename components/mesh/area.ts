import { withDefault } from "../../policies/engine/schema";
import { area } from "../area";
import type { ApplicationsConfig } from "../platform/applications";
import { PLATFORM_AT, platformOf, tenantsOf } from "../platform/applications";
import { meshFaultsOf, meshFlowsOf, meshForeign } from "./application";
import { meshSettings } from "./settings";

/** Deployed with the platform, whose part in the mesh it is. */
export const meshArea = area({
    key: "mesh",
    description: "The platform's part in a service mesh that the cluster brings; none unless set",
    settings: withDefault(meshSettings, { kind: "none" }),
    faults: (config: ApplicationsConfig, path, { project }) =>
        config.mesh.kind !== "none" && config.platform === undefined
            ? [`${path} is the platform's part in a mesh; set ${project}:platform, or leave it out`]
            : platformOf(config).flatMap((one) => meshFaultsOf(one, tenantsOf(config), project)),
    foreign: (config: ApplicationsConfig) => meshForeign({ at: PLATFORM_AT, mesh: config.mesh }, tenantsOf(config)),
    flows: (config: ApplicationsConfig) => platformOf(config).flatMap((one) => meshFlowsOf(one, tenantsOf(config))),
});
