import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ExistsResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

import { LOOKUP_TYPE, STACK_ANNOTATION } from "../../policies/kubernetes/foundation";

/** How the running stack is called in that annotation. */
export function stackName(): string {
    return `${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** A namespace, and the stack that it has to belong to. */
export interface Claim {
    readonly namespace: string;
    readonly stack: string;
    /** Whether it has to be there already; the stack's own ones are made where they are not. */
    readonly required: boolean;
}

/** The provider that reads a cluster, and the component below which it reads. */
export interface Reader {
    readonly provider: k8s.Provider;
    readonly parent: Lookup;
}

/** Below it stands what a stack only reads of its cluster, and so what no control judges the stack by. */
export class Lookup extends pulumi.ComponentResource {
    public static readonly __pulumiType = LOOKUP_TYPE;

    constructor(name: string, args: pulumi.Inputs, opts: pulumi.ComponentResourceOptions) {
        super(LOOKUP_TYPE, name, args, opts);
        this.registerOutputs({});
    }
}

/** Whether a namespace is there; unknown without a cluster that answers, and with an engine that can't ask. */
type Answer = "there" | "missing" | "unknown";

/** What is there of a claimed namespace. */
interface Found {
    readonly claim: Claim;
    readonly answer: Answer;
    /** The object, where it is there. */
    readonly namespace: k8s.core.v1.Namespace | undefined;
    /** The stack that it belongs to. */
    readonly owner: string | undefined;
}

/**
 * Holds what a cluster has against what a stack takes for its own, in a preview by the engine too: without it, two stacks
 * would find out one from the other object by object, and only while they are deployed.
 *
 * @param reader reads the cluster
 * @returns what was read; never there where a namespace is somebody else's
 * @throws pulumi.RunError naming all of these, by way of what is returned
 */
export function claimed(claims: readonly Claim[], reader: Reader): pulumi.Output<pulumi.Resource[]> {
    return pulumi.all(claims.map((claim) => lookUp(claim, reader))).apply((found) => {
        const faults = found.flatMap(faultOf);
        if (faults.length > 0) {
            throw new pulumi.RunError(
                `Stack "${pulumi.getStack()}" can't have these namespaces of the cluster:\n` +
                    `${faults.map((fault) => `  ${fault}`).join("\n")}\n` +
                    "Nothing was touched. Choose other names or another cluster, or have the other stack destroyed first. What a cluster " +
                    `has once can be shared: ${pulumi.getProject()}:cluster.foundation names the stack that brings it.`,
            );
        }
        return found.flatMap(({ namespace }) => namespace ?? []);
    });
}

function faultOf({ claim, answer, owner }: Found): readonly string[] {
    const { namespace: name, stack, required } = claim;
    if (answer !== "there") {
        return required && answer === "missing"
            ? [`${name} is not there; the stack ${stack} brings it and is deployed first`]
            : [];
    }
    if (owner === undefined) {
        const mark = `kubectl annotate namespace ${name} ${STACK_ANNOTATION}=${stack}`;
        return [`${name} is there and says of no stack that it is its own; where it is ${stack}'s, mark it: ${mark}`];
    }
    return owner === stack ? [] : [`${name} belongs to the stack ${owner}, not to ${stack}`];
}

function lookUp(claim: Claim, reader: Reader): pulumi.Output<Found> {
    const { namespace: name } = claim;
    return pulumi.output(exists(name, reader.provider)).apply((answer): pulumi.Output<Found> => {
        if (answer !== "there") {
            return pulumi.output({ claim, answer, namespace: undefined, owner: undefined });
        }
        const namespace = k8s.core.v1.Namespace.get(`claimed-${name}`, name, { ...reader });
        return namespace.metadata.annotations.apply((annotations?: Readonly<Record<string, string>>) => ({
            claim,
            answer,
            namespace,
            owner: annotations?.[STACK_ANNOTATION],
        }));
    });
}

/** The engine, as far as it is asked here; the SDK keeps it out of its typings. */
interface Monitor {
    existsResource(
        request: ExistsResourceRequest,
        callback: (error: Error | null | undefined, response: { getExists(): boolean; getUnknown(): boolean }) => void,
    ): void;
}

/**
 * Whether there is a namespace. The SDK's own function for this fails with the program where nobody can tell, and in 3.270 asks
 * for a provider that a preview is about to make without its id, which the engine refuses.
 */
async function exists(name: string, provider: k8s.Provider): Promise<Answer> {
    const { urn, id } = provider as unknown as Readonly<
        Record<"urn" | "id", { promise(): Promise<string | undefined> }>
    >;
    const request = new ExistsResourceRequest();
    request.setType("kubernetes:core/v1:Namespace");
    request.setId(name);
    request.setProvider(`${await urn.promise()}::${(await id.promise()) ?? pulumi.runtime.unknownValue}`);
    const monitor = (pulumi.runtime as unknown as { getMonitor(): Monitor }).getMonitor();
    return new Promise((resolve) => {
        monitor.existsResource(request, (error, response) => {
            // Without a cluster a preview still shows the stack.
            if (error && !pulumi.runtime.isDryRun()) {
                void pulumi.log.warn(
                    `Nobody could tell whether the cluster has the namespace ${name}, and whose: ${error.message}. ` +
                        "Where it is another stack's, this one changes what that one made.",
                );
            }
            resolve(error || response.getUnknown() ? "unknown" : response.getExists() ? "there" : "missing");
        });
    });
}
