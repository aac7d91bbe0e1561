import { pattern, POD_LABELS } from "../../engine/cel";
import type { Fault, ObjectControl } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { podsOf } from "../../kubernetes/pods";

const IMAGE = /(?:^|\/)tiller(?:[-_][\w-]+)?(?:[:@]|$)/;

export const noTiller: ObjectControl = {
    ...objectControl({
        name: "no-tiller",
        description: "Tiller, the server of Helm 2, does not run.",
        why: "Tiller is cluster-admin and asks nobody who they are.",
        severity: "critical",
        covers: ["cp.tiller"],
        frameworks: [...mitre("T1610", "T1078"), ...nist("AC-6", "CM-7"), ...soc2("CC6.1"), ...checklist("ACC-3")],
        remediation: "Remove it and use Helm 3 or later, which needs no server.",
        profiles: ["cis", "nsa", "x0tta6bl4"],
        kinds: [],
        *check(object) {
            yield* object.kind === "Service"
                ? serviceFaults(object)
                : podsOf(object).flatMap((pod) => [...podFaults(pod)]);
        },
        admission: {
            expression: [
                "object.kind == 'Service'",
                `? object.metadata.name != 'tiller-deploy' && ${["object.?metadata.?labels.orValue({})", "dyn(object).?spec.?selector.orValue({})"].map(isNotTiller).join(" && ")}`,
                `: variables.containers.all(c, !c.?image.orValue('').matches(${pattern(IMAGE)})) && ${isNotTiller("variables.podLabels")}`,
            ].join(" "),
            variables: POD_LABELS,
        },
    }),
    applies: ({ group, kind, pods }) => pods || (group === "" && kind === "Service"),
};

/** Helm 2 labels what it installs of itself so. */
function isTiller(labels: Readonly<Record<string, unknown>>): boolean {
    return labels["name"] === "tiller" && labels["app"] === "helm";
}

function isNotTiller(labels: string): string {
    return `!(${labels}[?'name'].orValue('') == 'tiller' && ${labels}[?'app'].orValue('') == 'helm')`;
}

function* podFaults(pod: PodView): Iterable<Fault> {
    let found = false;
    for (const { name: container, path, body } of pod.containers) {
        const image = str(body["image"]);
        if (IMAGE.test(image)) {
            found = true;
            yield {
                path: `${path}.image`,
                container,
                message: `${path}.image is "${image}", the server of Helm 2. Remove it.`,
            };
        }
    }
    if (!found && isTiller(pod.labels)) {
        const path = `${pod.metadataPath}.labels`;
        yield { path, message: `${path} are those of Tiller, the server of Helm 2. Remove it.` };
    }
}

function* serviceFaults(service: KubeObject): Iterable<Fault> {
    const named = service.name === "tiller-deploy" || isTiller(service.labels);
    if (named || isTiller(obj(obj(service.body["spec"])["selector"]))) {
        const path = `${service.prefix}spec.selector`;
        yield { path, message: `${path}: Service "${service.name}" leads to Tiller, the server of Helm 2. Remove it.` };
    }
}
