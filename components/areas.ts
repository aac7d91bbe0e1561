import type { Given, Read } from "../policies/engine/schema";
import { admissionArea } from "./admission/area";
import type { Area } from "./area";
import { backupArea } from "./backup/area";
import { breakGlassArea } from "./break-glass/area";
import { canaryArea } from "./canary/area";
import { clusterArea } from "./cluster/area";
import { complianceArea } from "./compliance/area";
import { controlPlaneArea } from "./control-plane/area";
import { externalSecretsArea } from "./external-secrets/area";
import { falcoArea } from "./falco/area";
import { imagesArea } from "./images/area";
import { meshArea } from "./mesh/area";
import { monitoringArea } from "./monitoring/area";
import { applicationsArea, platformArea } from "./platform/area";
import { responderArea } from "./responder/area";
import { shieldArea } from "./shield/area";
import { spireArea } from "./spire/area";

/** The areas of the foundation. Where two of them want the same namespace, the later one is told. */
const AREAS = [
    clusterArea,
    imagesArea,
    monitoringArea,
    platformArea,
    shieldArea,
    meshArea,
    applicationsArea,
    externalSecretsArea,
    spireArea,
    backupArea,
    falcoArea,
    controlPlaneArea,
    canaryArea,
    responderArea,
    complianceArea,
    breakGlassArea,
    admissionArea,
] as const;

/** The stack's settings: checked, defaults filled in. */
export type Config = { readonly [A in (typeof AREAS)[number] as A["key"]]: Read<A["settings"]> };

type GivenOf<K extends keyof Config> = Given<Extract<(typeof AREAS)[number], { readonly key: K }>["settings"]>;

/** The same as they may be given: what has a default is left out, and so is an area of which nothing has to be said. */
export type Settings = {
    readonly [K in keyof Config as undefined extends GivenOf<K> ? never : K]: GivenOf<K>;
} & { readonly [K in keyof Config as undefined extends GivenOf<K> ? K : never]?: GivenOf<K> };

/** The same areas as all readers see them: each can read what it needs from the configuration of all. */
export const areas: readonly Area<keyof Config, unknown, Config>[] = AREAS;

/** The areas that a stack brings: without what another stack of its cluster brings, where it names that one. */
export function broughtBy({ cluster }: Pick<Config, "cluster">): typeof areas {
    return cluster.foundation === undefined ? areas : areas.filter(({ once }) => once !== true);
}
