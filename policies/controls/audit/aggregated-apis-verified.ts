import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { isBuiltIn } from "../../kubernetes/api";
import { isObj, obj, str } from "../../kubernetes/kube";

export const aggregatedApisVerified = objectControl({
    name: "aggregated-apis-verified",
    description: "Every server that answers for a part of the API is verified, and none answers for Kubernetes' own.",
    why: "The API server hands it the caller's requests and name, and gives its answers out as its own.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1557", "T1565"), ...nist("SC-8", "SC-23", "IA-3"), ...soc2("CC6.6"), ...checklist("ACC-5")],
    remediation: "Set caBundle to the authority of the server's certificate, and leave Kubernetes' own groups to it.",
    profiles: ["nsa"],
    kinds: ["apiregistration.k8s.io/APIService"],
    *check(object) {
        const spec = obj(object.body["spec"]);
        if (spec["insecureSkipTLSVerify"] === true) {
            const path = `${object.prefix}spec.insecureSkipTLSVerify`;
            yield { path, message: `${path} is true, so anybody may answer. Set caBundle instead.` };
        }
        const group = str(spec["group"]);
        if (isObj(spec["service"]) && isBuiltIn(group)) {
            const path = `${object.prefix}spec.service`;
            yield {
                path,
                message: `${path} answers for group "${group}", which is Kubernetes' own. Serve a group of your own.`,
            };
        }
    },
    admission: { none: "Which groups are Kubernetes' own differs from release to release." },
});
