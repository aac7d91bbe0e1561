import { signatureLabels } from "./admission/signatures";
import type { Foundation } from "./area";
import type { Config } from "./areas";
import { broughtBy } from "./areas";
import type { ImageName } from "./images";
import { Images } from "./images";
import type { GuardedNamespaceArgs } from "./namespace";
import { ownImages } from "./platform/applications";
import { platformOf } from "../policies/platforms";

/**
 * What the areas come to together, folded over the registry. Each part is made when it is asked for, so that one whose
 * settings could not be read is missed only by whoever needs it.
 *
 * @param project the prefix of the settings
 * @param program the project that runs, where the settings are a component's
 */
export function foundationOf(config: Config, project: string, program = project): Foundation {
    return {
        project,
        program,
        get images() {
            return new Images(config.images, project, ownImages(config));
        },
        get namespaces() {
            return closedNamespaces(config).map(({ namespace }) => namespace);
        },
        get namespacesOf() {
            return Object.fromEntries(
                broughtBy(config).map(({ key, namespaces }) => [
                    key,
                    (namespaces?.(config) ?? []).map(({ namespace }) => namespace),
                ]),
            );
        },
        get applications() {
            return broughtBy(config)
                .flatMap((area) => area.namespaces?.(config) ?? [])
                .flatMap(({ namespace, application }) => (application ? [{ namespace, ...application }] : []));
        },
        get flows() {
            return broughtBy(config).flatMap((area) => area.flows?.(config) ?? []);
        },
        get imagesByNamespace() {
            return broughtBy(config)
                .flatMap((area) => Object.entries(area.images?.(config) ?? {}))
                .reduce<Readonly<Record<string, readonly ImageName[]>>>(
                    (all, [namespace, images]) => ({ ...all, [namespace]: [...(all[namespace] ?? []), ...images] }),
                    {},
                );
        },
        get targets() {
            return broughtBy(config).flatMap((area) => area.targets?.(config) ?? []);
        },
        get startSecrets() {
            return broughtBy(config).flatMap((area) => area.startSecrets?.(config) ?? []);
        },
        get exceptions() {
            return broughtBy(config)
                .flatMap((area) => area.exceptions ?? [])
                .flatMap(({ control, container, fields, values, objects }) =>
                    objects(config).map((object) => ({
                        control,
                        object,
                        fields,
                        ...(container !== undefined && { container }),
                        ...(values !== undefined && { values }),
                    })),
                );
        },
    };
}

/** A namespace that the program makes and closes, and the Pulumi name of its component unless it is one of the guards. */
export interface ClosedNamespace extends GuardedNamespaceArgs {
    readonly component?: string;
}

/** Every namespace that the program makes, as it is made. */
export function closedNamespaces(config: Config): readonly ClosedNamespace[] {
    const { podSecurityVersion, platform, foundation } = config.cluster;
    const { criticalQuota } = platformOf(platform);
    return broughtBy(config)
        .flatMap((area) => area.namespaces?.(config) ?? [])
        .map(({ namespace, component, owner, podSecurity, quota, labels, critical }) => ({
            namespace,
            component,
            owner,
            podSecurity,
            podSecurityVersion,
            foundation,
            quota,
            criticalPods: critical === true && criticalQuota === "yes",
            labels: { ...labels, ...signatureLabels(config.admission.signatures, namespace) },
        }));
}
