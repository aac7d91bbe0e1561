import { stackControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import { GITOPS_KINDS } from "../../kubernetes/gitops";
import { HOLDER_KINDS } from "../../kubernetes/kinds";
import type { KubeObject } from "../../kubernetes/kube";
import { hidesObjects } from "../../kubernetes/kube";
import type { Resource } from "../../kubernetes/resource";
import type { Stack } from "../../kubernetes/stack";
import { UnknownValueError } from "../../kubernetes/unknown";

/** Resources whose objects the provider or another program works out by itself, by their type, with the reason. */
const OPAQUE: ReadonlyMap<string, string> = new Map([
    ["kubernetes:helm.sh/v3:Release", "a Helm release is one opaque object, and those of its chart are not seen"],
]);

const APPLIED = "a controller fetches what it applies, and those objects are not among what was read";
const UNKNOWN = "some of what it makes is not known before deployment";

/** The objects of a stack of some kinds, each written `group/Kind`. */
function objectsOf(stack: Stack, kinds: readonly string[]): readonly KubeObject[] {
    return kinds.flatMap((name) => {
        const [group, kind = ""] = name.split("/");
        return stack.ofKind(kind).filter((object) => object.group === group);
    });
}

function reasonOf({ opaque, type }: Resource): string | undefined {
    return opaque ?? OPAQUE.get(type);
}

/** What a report calls a resource that is no Kubernetes object itself. */
function standIn(resource: Resource): KubeObject {
    const kind = resource.type.split(":").at(-1) ?? "";
    const name = resource.urn?.split("::").at(-1) ?? "";
    const none = {};
    return {
        ...{ resource, group: "", version: "", apiVersion: "", kind, namespace: "", name },
        ...{ labels: none, annotations: none, body: none, prefix: "", patch: false },
    };
}

export const objectsAreVisible = stackControl({
    name: "objects-are-visible",
    description: "Every object that the stack deploys can be seen before it is deployed.",
    why: "What a chart or a remote component makes is deployed without ever having been judged.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("CM-3", "CM-8"), ...checklist("PRE-1")],
    remediation: "Render what makes the objects, and scan what comes of it.",
    profiles: ["baseline", "restricted", "cis", "nsa", "x0tta6bl4"],
    admission: { none: "The API server sees every object that is made." },
    applies: ({ group, kind }) => [...GITOPS_KINDS, ...HOLDER_KINDS].includes(`${group}/${kind}`),
    *check(stack, { each }) {
        const opaque = stack.resources.flatMap((resource) => {
            const reason = reasonOf(resource);
            return reason === undefined ? [] : [{ object: standIn(resource), reason }];
        });
        const applied = objectsOf(stack, GITOPS_KINDS)
            .filter(({ resource }) => !resource.shown)
            .map((object) => ({ object, reason: APPLIED }));
        const unknown = objectsOf(stack, HOLDER_KINDS)
            .filter(hidesObjects)
            .map((object) => ({ object, reason: UNKNOWN }));
        yield* each(
            [...opaque, ...applied, ...unknown],
            ({ object }) => object,
            ({ object, reason }) => {
                throw new UnknownValueError([], `${object.resource.urn ?? object.resource.type}: ${reason}`);
            },
        );
    },
});
