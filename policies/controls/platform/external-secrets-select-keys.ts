import { objectControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { isObj, list, obj } from "../../kubernetes/kube";

export const externalSecretsSelectKeys = objectControl({
    name: "external-secrets-select-keys",
    description: "No external secret finds its entries by search.",
    why: "A search copies whatever matches today and tomorrow, other teams' secrets included.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("AC-6"), ...mitre("T1555"), ...checklist("SEC-3", "ACC-3")],
    remediation: "Name each entry under spec.data, or extract one entry under spec.dataFrom.",
    profiles: ["x0tta6bl4"],
    kinds: ["external-secrets.io/ExternalSecret"],
    *check(object) {
        for (const [index, source] of list(obj(object.body["spec"])["dataFrom"]).entries()) {
            if (isObj(obj(source)["find"])) {
                const path = `${object.prefix}spec.dataFrom[${index}].find`;
                yield { path, message: `${path} copies every entry that matches. Name the entries.` };
            }
        }
    },
    admission: { expression: "object.?spec.?dataFrom.orValue([]).all(d, !has(d.find))" },
});
