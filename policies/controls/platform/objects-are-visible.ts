import { stackControl } from "../../engine/control";
import { nist } from "../../engine/frameworks";
import { GITOPS_KINDS } from "../../kubernetes/gitops";
import type { KubeObject } from "../../kubernetes/kube";
import type { Resource } from "../../kubernetes/resource";
import { UnknownValueError } from "../../kubernetes/unknown";

/** Resources whose objects the provider or another program works out by itself, by their type, with the reason. */
const OPAQUE: ReadonlyMap<string, string> = new Map([
    ["kubernetes:helm.sh/v3:Release", "a Helm release is one opaque object, and those of its chart are not seen"],
]);

const APPLIED = "a controller fetches what it applies, and those objects are not among what was read";

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
    frameworks: [...nist("CM-3", "CM-8")],
    remediation: "Render what makes the objects, and scan what comes of it.",
    profiles: ["baseline", "restricted", "cis", "nsa", "x0tta6bl4"],
    admission: { none: "The API server sees every object that is made." },
    applies: ({ group, kind }) => GITOPS_KINDS.includes(`${group}/${kind}`),
    *check(stack, { each }) {
        const opaque = stack.resources.flatMap((resource) => {
            const reason = reasonOf(resource);
            return reason === undefined ? [] : [{ object: standIn(resource), reason }];
        });
        const applied = GITOPS_KINDS.flatMap((name) => {
            const [group, kind = ""] = name.split("/");
            const objects = stack.ofKind(kind).filter((object) => object.group === group && !object.resource.shown);
            return objects.map((object) => ({ object, reason: APPLIED }));
        });
        const hidden = [...opaque, ...applied];
        yield* each(
            hidden,
            ({ object }) => object,
            ({ object, reason }) => {
                throw new UnknownValueError([], `${object.resource.urn ?? object.resource.type}: ${reason}`);
            },
        );
    },
});
