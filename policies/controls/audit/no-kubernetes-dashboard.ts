import { literal, pattern, POD_LABELS, texts } from "../../engine/cel";
import type { Fault, ObjectControl } from "../../engine/control";
import { BINDING_KINDS, bindingOf } from "../../kubernetes/rbac/bindings";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { podsOf } from "../../kubernetes/pods";
import { serviceAccountName } from "../../kubernetes/service-accounts";

const NAME = "kubernetes-dashboard";
const LABELS = ["app", "k8s-app", "app.kubernetes.io/name"];
const IMAGE = /(?:^|\/)(?:kubernetes-dashboard(?:-[\w-]+)?|kubernetesui\/dashboard[\w-]*)(?:[:@]|$)/;

export const noKubernetesDashboard: ObjectControl = {
    ...objectControl({
        name: "no-kubernetes-dashboard",
        description: "The Kubernetes dashboard does not run, and nobody else holds its rights.",
        why: "A dashboard that was left reachable has handed whole clusters to miners.",
        severity: "medium",
        covers: ["cp.dashboard"],
        frameworks: [
            ...nsa("Authentication and authorization"),
            ...mitre("T1133", "T1613"),
            ...nist("CM-7", "AC-17"),
            ...soc2("CC6.6"),
            ...checklist("ACC-3"),
        ],
        remediation: "Remove it; use a client that acts with its user's own rights.",
        profiles: ["nsa", "x0tta6bl4"],
        kinds: [],
        *check(object) {
            yield* BINDING_KINDS.includes(`${object.group}/${object.kind}`)
                ? bindingFaults(object)
                : podsOf(object).flatMap((pod) => [...podFaults(pod)]);
        },
        admission: {
            expression: [
                "object.kind in ['RoleBinding', 'ClusterRoleBinding']",
                `? dyn(object).roleRef.name != ${literal(NAME)} || dyn(object).?subjects.orValue([]).all(s, s.name == ${literal(NAME)})`,
                `: variables.containers.all(c, !c.?image.orValue('').matches(${pattern(IMAGE)})) &&`,
                `!${texts(LABELS)}.exists(k, variables.podLabels[?k].orValue('') == ${literal(NAME)}) &&`,
                `(variables.podSpec == null || variables.podSpec.?serviceAccountName.orValue('') != ${literal(NAME)})`,
            ].join(" "),
            variables: POD_LABELS,
        },
    }),
    applies: ({ group, kind, pods }) => pods || BINDING_KINDS.includes(`${group}/${kind}`),
};

function* podFaults(pod: PodView): Iterable<Fault> {
    const image = pod.containers.find(({ body }) => IMAGE.test(str(body["image"])));
    const label = LABELS.find((key) => pod.labels[key] === NAME);
    if (image !== undefined) {
        const path = `${image.path}.image`;
        yield { path, container: image.name, message: `${path} is "${str(image.body["image"])}". Remove it.` };
    } else if (label !== undefined) {
        const path = `${pod.metadataPath}.labels`;
        yield { path, message: `${path} are those of ${NAME} (${label}). Remove it.` };
    } else if (serviceAccountName(pod) === NAME) {
        const path = `${pod.prefix}serviceAccountName`;
        yield { path, message: `${path} is "${NAME}", whose rights are the dashboard's. Use an account of its own.` };
    }
}

function* bindingFaults(object: KubeObject): Iterable<Fault> {
    const { roleName, subjects } = bindingOf(object);
    for (const { path, kind, name } of subjects) {
        if (roleName === NAME && name !== NAME) {
            yield { path, message: `${path} gives ${kind} "${name}" the rights of ${NAME}. Remove it.` };
        }
    }
}
