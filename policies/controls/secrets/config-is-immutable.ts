import { pattern } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { show } from "../../text";
import { setField } from "../../kubernetes/path";

/** Written by the cluster's own controllers, again and again. */
const MANAGED = /^kube-root-ca\.crt$|^sh\.helm\.release\./;

export const configIsImmutable = objectControl({
    name: "config-is-immutable",
    description: "Every ConfigMap and Secret of a manifest is immutable.",
    why: "What can't be changed in place can't be changed behind the workload's back: a new version is a new object and a rollout.",
    severity: "low",
    enforcement: "advisory", // It asks for names with a version in them, which not every tool writes.
    covers: [],
    frameworks: [...mitre("T1565.001"), ...nist("CM-5", "SI-7"), ...soc2("CC8.1"), ...checklist("SEC-2")],
    remediation: "Set immutable: true and put a hash of the content into the name.",
    profiles: [],
    kinds: ["ConfigMap", "Secret"],
    *check(object) {
        if (object.body["immutable"] !== true && !MANAGED.test(object.name)) {
            const path = `${object.prefix}immutable`;
            const value = object.body["immutable"];
            yield {
                path,
                message: `${path} is ${value === undefined ? "unset" : show(value)}. Set it to true, with a hash of the content in the name.`,
                absent: value === undefined,
                // Not safe: whoever changes the content afterwards is refused.
                fix: setField(object, path, true),
            };
        }
    },
    admission: {
        expression: `object.?immutable.orValue(false) || object.metadata.name.matches(${pattern(MANAGED)})`,
    },
});
