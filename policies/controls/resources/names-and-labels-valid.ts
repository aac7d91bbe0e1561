import { objectControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import { isOfTool } from "../../kubernetes/api";
import { fieldPath } from "../../kubernetes/api-faults";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { ifKnown } from "../../kubernetes/unknown";

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?$/;
/** Filled in before the object is applied. */
const PLACEHOLDER = /\$\{|\{\{|^\$\(/;

/** Kinds whose names are DNS labels, since they become parts of host names (RFC 1035, RFC 1123). */
const LABEL_NAMES: ReadonlySet<string> = new Set(["/Namespace", "/Service"]);
/** Kinds whose names may hold anything that a path of a URL can (path segment names). */
const PATH_NAMES: ReadonlySet<string> = new Set([
    ...["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"].map((kind) => `rbac.authorization.k8s.io/${kind}`),
    ...["CertificateSigningRequest", "ClusterTrustBundle"].map((kind) => `certificates.k8s.io/${kind}`),
    "apiregistration.k8s.io/APIService",
]);

function nameProblem({ apiVersion, group, kind }: KubeObject, name: string): string | undefined {
    if (isOfTool(apiVersion, kind)) {
        return undefined;
    }
    const known = `${group}/${kind}`;
    if (PATH_NAMES.has(known)) {
        return /[/%]/.test(name) || name === "." || name === ".."
            ? 'is no name: it may hold neither "/" nor "%"'
            : undefined;
    }
    if (LABEL_NAMES.has(known)) {
        return name.length <= 63 && LABEL.test(name)
            ? undefined
            : "is no name: at most 63 lower-case letters, digits and -, none of them - at its ends";
    }
    return name.length <= 253 && SUBDOMAIN.test(name)
        ? undefined
        : "is no name: at most 253 lower-case letters, digits, - and ., with a letter or digit at its ends";
}

function keyProblem(key: string): string | undefined {
    const slash = key.indexOf("/");
    const [prefix, name] = slash === -1 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
    if (prefix !== undefined && !(prefix.length <= 253 && SUBDOMAIN.test(prefix))) {
        return "has a prefix that is no DNS name";
    }
    return name.length <= 63 && QUALIFIED.test(name)
        ? undefined
        : "is no key: at most 63 letters, digits, -, _ and ., with a letter or digit at its ends";
}

function isLabelValue(value: string): boolean {
    return value === "" || (value.length <= 63 && QUALIFIED.test(value)) || PLACEHOLDER.test(value);
}

export const namesAndLabelsValid = objectControl({
    name: "names-and-labels-valid",
    description: "Names, labels and the keys of annotations have the form that the Kubernetes API takes.",
    why: "The API server refuses the object, or a selector meets nothing.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("CM-6", "SI-10"), ...checklist("PRE-1")],
    remediation: "Write the name or label in the form that the API takes.",
    profiles: ["x0tta6bl4"],
    kinds: ["*"],
    admission: { none: "The API server validates names and labels before admission." },
    *check(object) {
        const path = `${object.prefix}metadata`;
        const metadata = obj(ifKnown(() => object.body["metadata"]));
        const name = str(ifKnown(() => metadata["name"]));
        const problem = name === "" || PLACEHOLDER.test(name) ? undefined : nameProblem(object, name);
        if (problem !== undefined) {
            yield { path: `${path}.name`, message: `${path}.name ${problem}.` };
        }
        for (const field of ["labels", "annotations"]) {
            const entries = obj(ifKnown(() => metadata[field]));
            for (const key of Object.keys(entries)) {
                const at = fieldPath(`${path}.${field}.`, key);
                const found = PLACEHOLDER.test(key) ? undefined : keyProblem(key);
                if (found !== undefined) {
                    yield { path: at, message: `${at} ${found}.` };
                }
                const value = ifKnown(() => entries[key]);
                if (field === "labels" && typeof value === "string" && !isLabelValue(value)) {
                    const allowed = "at most 63 letters, digits, -, _ and ., with a letter or digit at its ends";
                    yield { path: at, message: `${at} is no value of a label: ${allowed}, or nothing.` };
                }
            }
        }
    },
});
