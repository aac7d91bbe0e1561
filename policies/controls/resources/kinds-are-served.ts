import { objectControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import { API_MINOR, builtInKind, isBuiltIn, isOfTool, isServedIn, kindNames, versionsOf } from "../../kubernetes/api";
import type { KubeObject } from "../../kubernetes/kube";
import { minorOf } from "../../kubernetes/versions";
import { suggestion } from "../../text";
import { KUBERNETES_VERSION } from "./kubernetes-version";
import { replacementOf } from "./removed-apis";

/** What is read by programs and written in the form of the core API, without being served by it. */
const FILES: ReadonlySet<string> = new Set(["Config", "List", "NodeInfo"]);

/** What to write instead: the versions that serve the kind, or a kind of a name like it. */
function hint(kind: string, minor: number): string {
    const versions = versionsOf(kind, minor);
    if (versions.length > 0) {
        return `; ${kind} is served in ${versions.join(", ")}`;
    }
    return suggestion(kind, kindNames(minor));
}

function problemOf({ apiVersion, group, kind }: KubeObject, minor: number): string | undefined {
    if (isOfTool(apiVersion, kind)) {
        return undefined;
    }
    if (!isBuiltIn(group)) {
        // The group of a custom resource is a domain; only the API's own groups are single words.
        return group.includes(".") ? undefined : `no API serves the group "${group}"${hint(kind, minor)}`;
    }
    const found = builtInKind(apiVersion, kind);
    const removed = replacementOf(apiVersion, kind);
    if ((group === "" && FILES.has(kind)) || (removed !== undefined && removed.minor <= minor)) {
        return undefined;
    }
    if (found === undefined) {
        return `no API serves the kind ${kind} in ${apiVersion}${hint(kind, minor)}`;
    }
    return isServedIn(found, minor)
        ? undefined
        : `Kubernetes v1.${minor} does not serve ${kind} in ${apiVersion}${hint(kind, minor)}`;
}

export const kindsAreServed = objectControl({
    name: "kinds-are-served",
    description: "Every object is of a kind that the Kubernetes API serves in the version it is written in.",
    why: "The API server refuses the object, and a reviewer takes for protected what is never deployed.",
    severity: "medium",
    covers: ["rel.deprecated-api"],
    frameworks: [...nist("CM-6", "SI-10"), ...checklist("PRE-1")],
    remediation: "Write the kind and its API version as the API server serves them.",
    profiles: ["x0tta6bl4"],
    params: KUBERNETES_VERSION,
    kinds: ["*"],
    admission: { none: "The API server refuses it already." },
    *check(object, { params }) {
        const minor = minorOf(params.kubernetesVersion) ?? API_MINOR;
        const problem = problemOf(object, minor);
        if (problem !== undefined) {
            yield { path: `${object.prefix}kind`, message: problem.replace(/^no/, "No").replace(/([^?])$/, "$1.") };
        }
    },
});
