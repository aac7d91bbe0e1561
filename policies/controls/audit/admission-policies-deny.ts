import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj, strings } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";

export const admissionPoliciesDeny = objectControl({
    name: "admission-policies-deny",
    description: "Every ValidatingAdmissionPolicy refuses what breaks it, and what it can't check.",
    why: "A policy that only warns or audits lets everything through, and one that fails open is broken on purpose.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1562.001"), ...nist("AC-3", "SI-17"), ...soc2("CC6.8"), ...checklist("ACC-5")],
    remediation: "Set validationActions to Deny in the binding, and leave failurePolicy at Fail.",
    // The foundation itself brings its advisory controls in with Warn and Audit.
    profiles: ["nsa"],
    kinds: [
        "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
        "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
    ],
    *check(object) {
        const spec = obj(object.body["spec"]);
        if (object.kind === "ValidatingAdmissionPolicy") {
            const path = `${object.prefix}spec.failurePolicy`;
            if (spec["failurePolicy"] === "Ignore") {
                yield { path, message: `${path} is "Ignore". Set it to "Fail".`, fix: setField(object, path, "Fail") };
            }
            return;
        }
        const actions = strings(spec["validationActions"]);
        if (actions.length > 0 && !actions.includes("Deny")) {
            const path = `${object.prefix}spec.validationActions`;
            // The API server takes Deny beside Audit, and not beside Warn.
            const denying = ["Deny", ...actions.filter((action) => action !== "Warn")];
            yield {
                path,
                message: `${path} are ${actions.join(", ")}, so nothing is refused. Add "Deny".`,
                fix: setField(object, path, denying),
            };
        }
    },
    admission: { none: "Admission policies are exempt from admission policies, so that nobody locks themselves out." },
});
