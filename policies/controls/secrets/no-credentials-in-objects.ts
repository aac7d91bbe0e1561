import { checklist, cis, gdpr, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { isBuiltIn } from "../../kubernetes/api";
import { holdsPatterns } from "../../kubernetes/kinds";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
import type { PodView } from "../../kubernetes/pods";
import { podsOf } from "../../kubernetes/pods";
import type { Node } from "../../kubernetes/walk";
import { isRecord, refuseUnknown, rootOf, walk } from "../../kubernetes/walk";
import { looksLikeCredential } from "./credential-formats";
import { credentialIn, isCredentialField } from "./credentials";

/** Kinds whose fields are not looked at: those of the first two have controls of their own, the third has examples in its schema. */
const HAVE_CONTROLS = ["/Secret", "/ConfigMap", "apiextensions.k8s.io/CustomResourceDefinition"];

/** What kubectl keeps of the manifest. That of a Secret is read by whoever reads the Secret. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

function* faultsOf(path: string, value: unknown): Iterable<Fault> {
    const shape = typeof value === "string" ? looksLikeCredential(value) : undefined;
    if (shape !== undefined) {
        yield { path, message: `${path} holds ${shape}. Move it to a Secret and rotate it.` };
    }
}

/** Labels and annotations of an object or a pod in it, by the format of what they hold: their names say nothing of it. */
function* metadataFaults(
    path: string,
    metadata: Partial<Pick<PodView, "labels" | "annotations">>,
    isSecret = false,
): Iterable<Fault> {
    for (const field of ["labels", "annotations"] as const) {
        for (const [key, value] of Object.entries(obj(metadata[field]))) {
            if (!isSecret || key !== LAST_APPLIED) {
                yield* faultsOf(child(`${path}.${field}`, key), value);
            }
        }
    }
}

/** What a value in a custom resource is called: by its field or, where that is called value, by the name beside it. */
function nameOf({ within }: Node): string {
    const { name, key } = obj(within?.holder.value);
    return within?.key === "value" ? str(name ?? key) : (within?.key ?? "");
}

/** A field of a custom resource, by its name and by the format of what it holds, as the values of a chart. */
function* fieldFaultsOf(node: Node): Iterable<Fault> {
    const { path, value } = node;
    const byFormat = [...faultsOf(path, value)];
    yield* byFormat;
    if (byFormat.length > 0 || typeof value !== "string") {
        return;
    }
    const name = nameOf(node);
    const { found, line } = isCredentialField(name, value)
        ? { found: `is a literal for "${name}", the name of a credential`, line: undefined }
        : value.includes("\n")
          ? (credentialIn(value, isCredentialField) ?? {})
          : {};
    if (found !== undefined) {
        const where = line === undefined ? "" : ` on line ${line}`;
        yield { path, message: `${path} ${found}${where}. Move it to a Secret and rotate it.` };
    }
}

/**
 * Fields of the API's own kinds that a plan leaves open for the API server to choose where nobody gives them: names, addresses,
 * numbers and strategies (Terraform's Kubernetes provider, attributes that are optional and computed). None takes any text,
 * so that one an author gives holds no credential either.
 */
const CHOSEN =
    /(?:^|\.)(?:metadata\.(?:generation|name|namespace|resourceVersion|uid)|spec\.(?:clusterIPs?|externalTrafficPolicy|healthCheckNodePort|internalTrafficPolicy|ipFamilies|ipFamilyPolicy|ports\[\d+\]\.nodePort|sessionAffinityConfig|replicas|strategy|updateStrategy|podManagementPolicy|persistentVolumeClaimRetentionPolicy|completionMode|selector|hostname|imagePullSecrets|nodeName|readinessGates|schedulerName|serviceAccountName|volumeName|volumeMode|storageClassName)|(?:subjects\[\d+\]|roleRef)\.apiGroup)$/;

const isChosen = ({ group, prefix }: KubeObject, { path }: Node): boolean =>
    isBuiltIn(group) && CHOSEN.test(path.slice(prefix.length));

/** All fields of an object, but for the containers in it, which have controls of their own. */
function* fieldFaults(object: KubeObject): Iterable<Fault> {
    const containers = new Set(podsOf(object).flatMap((pod) => pod.containers.map(({ path }) => path)));
    // The names of built-in fields say what they hold, and what a policy asks of others is no value of its own.
    const byFormat = isBuiltIn(object.group) || holdsPatterns(object.group);
    const found: Fault[] = [];
    const unknown: Node[] = [];
    walk(rootOf(object), (node) => {
        found.push(...(byFormat ? faultsOf(node.path, node.value) : fieldFaultsOf(node)));
        const goesOn = !isRecord(node) && !containers.has(node.path);
        unknown.push(...(node.unknown === true && goesOn && !isChosen(object, node) ? [node] : []));
        return goesOn;
    });
    yield* found;
    refuseUnknown(unknown);
}

export const noCredentialsInObjects = objectControl({
    name: "no-credentials-in-objects",
    description:
        "No label, annotation or field of an object other than a ConfigMap, a Secret or a container holds a credential.",
    why: "Whoever may list a kind reads them, they are in events and logs, and encryption at rest is seldom set up for them.",
    severity: "high",
    covers: [],
    frameworks: [
        ...cis("5.4.2"),
        ...mitre("T1552.001", "T1552.007"),
        ...nist("IA-5(7)", "SC-28"),
        ...soc2("CC6.1"),
        ...gdpr("32"),
        ...checklist("SEC-1", "PRE-3"),
    ],
    remediation:
        "Move it to a Secret that an external store supplies, refer to it there, and rotate it: it is known now.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: ["*"],
    *check(object) {
        const own = `${object.prefix}metadata`;
        yield* metadataFaults(own, obj(object.body["metadata"]), object.kind === "Secret");
        if (!HAVE_CONTROLS.includes(`${object.group}/${object.kind}`)) {
            yield* fieldFaults(object);
        }
    },
    admission: {
        none: "The formats in Common Expression Language exceed the API server's cost limit for one rule.",
    },
});
