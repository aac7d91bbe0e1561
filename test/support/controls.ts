import type { Control, Fault, ParamSchemas, Params } from "../../policies/engine/control";
import { defaultParams } from "../../policies/engine/control";
import { str } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import { typeToken } from "../../policies/kubernetes/resource";
import type { Outcome } from "../../policies/engine/run";
import { runControl } from "../../policies/engine/run";
import { Stack } from "../../policies/kubernetes/stack";

/** A manifest as a test writes it. */
export type Manifest = Readonly<Record<string, unknown>>;

/** The resource a source would make of a manifest. */
export function resourceOf(manifest: Manifest, over: Partial<Resource> = {}): Resource {
    return {
        source: "test.yaml",
        document: 0,
        type: typeToken(str(manifest["apiVersion"]), str(manifest["kind"])),
        props: manifest,
        ...over,
    };
}

/** A stack of manifests. */
export function stackOf(...manifests: readonly Manifest[]): Stack {
    return new Stack(manifests.map((manifest, document) => resourceOf(manifest, { document })));
}

/** Everything a control says about some manifests, taken as one stack. */
export function outcomesOf(
    control: Control,
    manifests: readonly Manifest[],
    params: Partial<Params<ParamSchemas>> = {},
): readonly Outcome[] {
    return [
        ...runControl(control, stackOf(...manifests), { ...defaultParams(control), ...params } as Params<ParamSchemas>),
    ];
}

/** The faults a control finds in some manifests, taken as one stack. Fails on any other outcome. */
export function faultsOf(
    control: Control,
    manifests: Manifest | readonly Manifest[],
    params: Partial<Params<ParamSchemas>> = {},
): readonly Fault[] {
    const stack = Array.isArray(manifests) ? (manifests as readonly Manifest[]) : [manifests as Manifest];
    return outcomesOf(control, stack, params).map((outcome) => {
        if (outcome.status !== "violation") {
            throw new Error(`expected only violations, got ${outcome.status}`);
        }
        return outcome.fault;
    });
}

/** The messages of those faults. */
export function messagesOf(
    control: Control,
    manifests: Manifest | readonly Manifest[],
    params: Partial<Params<ParamSchemas>> = {},
): readonly string[] {
    return faultsOf(control, manifests, params).map((fault) => fault.message);
}
