import * as pulumi from "@pulumi/pulumi";

/**
 * Options of a component of which every part waits for `dependencies`. A component's own `dependsOn` does not reach its
 * children, so it is handed down to each of them.
 */
export function waitingFor(...dependencies: readonly pulumi.Resource[]): pulumi.ComponentResourceOptions {
    const dependsOn = [...dependencies];
    return {
        dependsOn,
        transformations: [({ props, opts }) => ({ props, opts: pulumi.mergeOptions(opts, { dependsOn }) })],
    };
}

/** The same for a component that has a provider, or a parent. */
export function after(
    options: pulumi.ComponentResourceOptions,
    ...dependencies: readonly pulumi.Resource[]
): pulumi.ComponentResourceOptions {
    const waiting = waitingFor(...dependencies);
    const transformations = [...(options.transformations ?? []), ...(waiting.transformations ?? [])];
    return { ...options, ...waiting, transformations };
}
