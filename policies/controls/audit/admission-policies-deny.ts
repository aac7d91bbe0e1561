import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { isObj, list, obj, str, strings } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";

const KYVERNO: readonly string[] = ["kyverno.io/ClusterPolicy", "kyverno.io/Policy"];

/** What passes while it can't be checked. */
function* openFaults(object: KubeObject, at: string, holder: Body): Iterable<Fault> {
    if (holder["failurePolicy"] === "Ignore") {
        const path = `${object.prefix}${at}.failurePolicy`;
        yield { path, message: `${path} is "Ignore". Set it to "Fail".`, fix: setField(object, path, "Fail") };
    }
}

function* policyFaults(object: KubeObject, spec: Body): Iterable<Fault> {
    yield* openFaults(object, "spec", spec);
    for (const [index, validation] of list(spec["validations"]).entries()) {
        const at = `${object.prefix}spec.validations[${index}].expression`;
        if (/^[\s(]*true[\s)]*$/.test(str(obj(validation)["expression"]))) {
            yield { path: at, message: `${at} is "true", so nothing is refused. Say what is to be refused.` };
        }
    }
}

function* bindingFaults(object: KubeObject, spec: Body): Iterable<Fault> {
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
    if (obj(spec["paramRef"])["parameterNotFoundAction"] === "Allow") {
        const path = `${object.prefix}spec.paramRef.parameterNotFoundAction`;
        yield {
            path,
            message: `${path} is "Allow", so nothing is refused while the parameters are gone. Set it to "Deny".`,
            fix: setField(object, path, "Deny"),
        };
    }
}

/** A rule of Kyverno's refuses where it, or else its policy, says Enforce; Audit is the default. */
function* kyvernoFaults(object: KubeObject, spec: Body): Iterable<Fault> {
    for (const [index, rule] of list(spec["rules"]).map(obj).entries()) {
        const { validate } = rule;
        const own = obj(validate)["failureAction"];
        const action = own ?? spec["validationFailureAction"] ?? "Audit";
        if (isObj(validate) && str(action).toLowerCase() !== "enforce") {
            const path = `${object.prefix}spec.rules[${index}].validate.failureAction`;
            yield {
                path,
                message: `${path} is ${own === undefined && spec["validationFailureAction"] === undefined ? "not set, which means" : "in effect"} "${str(action)}", so nothing is refused. Set it to "Enforce".`,
            };
        }
    }
    yield* openFaults(object, "spec", spec);
    // Kyverno has moved the field here, and still reads the one above.
    yield* openFaults(object, "spec.webhookConfiguration", obj(spec["webhookConfiguration"]));
}

export const admissionPoliciesDeny = objectControl({
    name: "admission-policies-deny",
    description:
        "Every policy of admission, Kubernetes' own or Kyverno's, refuses what breaks it, and what it can't check.",
    why: "A policy that only warns or audits lets everything through, and one that fails open is broken on purpose.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1562.001"), ...nist("AC-3", "SI-17"), ...soc2("CC6.8"), ...checklist("ACC-5")],
    remediation:
        "Set validationActions to Deny in the binding, or failureAction to Enforce in the rule, and leave failurePolicy at Fail.",
    // The foundation itself brings its advisory controls in with Warn and Audit.
    profiles: ["nsa"],
    kinds: [
        "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
        "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
        ...KYVERNO,
    ],
    *check(object) {
        const spec = obj(object.body["spec"]);
        if (object.kind === "ValidatingAdmissionPolicy") {
            yield* policyFaults(object, spec);
        } else if (object.kind === "ValidatingAdmissionPolicyBinding") {
            yield* bindingFaults(object, spec);
        } else {
            yield* kyvernoFaults(object, spec);
        }
    },
    admission: { none: "Admission policies are exempt from admission policies, so that nobody locks themselves out." },
});
