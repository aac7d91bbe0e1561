import { BINDING_KINDS, bindingOf } from "../../kubernetes/rbac/bindings";
import { objectControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";

export const noSelfProvisioners = objectControl({
    name: "no-self-provisioners",
    description: "Nobody is bound to OpenShift's self-provisioner role.",
    why: "A self-provisioned project is a namespace without quota, network policy or owner, with its creator as administrator.",
    severity: "medium",
    covers: ["rbac.bind-escalate"],
    frameworks: [...nist("AC-2", "AC-6"), ...soc2("CC6.2"), ...checklist("ACC-3")],
    remediation: "Remove the binding and let the platform create namespaces.",
    profiles: [],
    kinds: BINDING_KINDS,
    *check(object) {
        const { roleName, subjects } = bindingOf(object);
        const path = `${object.prefix}roleRef.name`;
        // The usual way to switch it off is a binding with no subjects left.
        if (roleName === "self-provisioner" && subjects.length > 0) {
            yield { path, message: `${path} is "self-provisioner". Remove the binding.` };
        }
    },
    admission: {
        expression: "object.roleRef.name != 'self-provisioner' || !has(object.subjects) || size(object.subjects) == 0",
    },
});
