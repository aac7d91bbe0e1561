import * as pulumi from "@pulumi/pulumi";

/**
 * Stops a component before any of its children exist, naming every fault at once.
 *
 * @throws pulumi.ResourceError, which the engine prints against the component and without a stack trace.
 */
export function refuse(component: pulumi.Resource, name: string, faults: readonly string[]): void {
    if (faults.length > 0) {
        throw new pulumi.ResourceError(`${name}:\n${faults.map((fault) => `  ${fault}`).join("\n")}`, component, true);
    }
}
