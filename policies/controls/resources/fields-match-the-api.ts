import { objectControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import { API_MINOR, builtInKind } from "../../kubernetes/api";
import { typeFaults } from "../../kubernetes/api-faults";
import { minorOf } from "../../kubernetes/versions";
import { KUBERNETES_VERSION } from "./kubernetes-version";

/** Written beside the fields of an object by SOPS, which takes it out again before the object is applied. */
const TOOLS_OWN = "sops";

export const fieldsMatchTheApi = objectControl({
    name: "fields-match-the-api",
    description: "Every field is one that the Kubernetes API has in its place, and has a value of the form it takes.",
    why: "The API server refuses the object, or drops the field without a word and leaves its protection out.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("CM-6", "SI-10"), ...checklist("PRE-1")],
    remediation: "Write the field where and as the API has it.",
    profiles: ["x0tta6bl4"],
    params: KUBERNETES_VERSION,
    kinds: ["*"],
    admission: { none: "The API server validates fields before admission." },
    *check({ apiVersion, kind, body, prefix }, { params }) {
        const minor = minorOf(params.kubernetesVersion) ?? API_MINOR;
        const type = builtInKind(apiVersion, kind)?.[0];
        if (type !== undefined) {
            for (const { path, problem } of typeFaults(type, body, prefix, minor)) {
                if (path !== `${prefix}${TOOLS_OWN}`) {
                    yield { path, message: `${path} ${problem.replace(/([^?])$/, "$1.")}` };
                }
            }
        }
    },
});
