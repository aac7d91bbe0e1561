import { literal } from "../../engine/cel";
import type { Fault } from "../../engine/control";
import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, pss } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";
import { pssParams, since } from "./pss";
import { join } from "../../kubernetes/walk";

const TYPES: readonly string[] = ["", "container_t", "container_init_t", "container_kvm_t"];
/** The type for building and running containers within a container, confined like the others (v1.31). */
const ENGINE_TYPE = "container_engine_t";

function* faultsOf(path: string, securityContext: Body, types: readonly string[], container?: string): Iterable<Fault> {
    const options = obj(securityContext["seLinuxOptions"]);
    const at = `${join(path, "securityContext")}.seLinuxOptions`;
    const whose = container === undefined ? "" : ` (container "${container}")`;
    const type = str(options["type"]);
    if (!types.includes(type)) {
        yield {
            path: `${at}.type`,
            ...(container !== undefined && { container }),
            message: `${at}.type is "${type}"${whose}. Remove it or use ${types.slice(1).join(", ")}.`,
            fix: removeField(`${at}.type`),
        };
    }
    for (const field of ["user", "role"]) {
        if (str(options[field]) !== "") {
            yield {
                path: `${at}.${field}`,
                ...(container !== undefined && { container }),
                message: `${at}.${field} is "${str(options[field])}"${whose}. Remove it.`,
                fix: removeField(`${at}.${field}`),
            };
        }
    }
}

export const noCustomSelinuxOptions = podControl({
    name: "no-custom-selinux-options",
    description: "No pod or container sets an SELinux user or role, or a type outside the confined container types.",
    why: "Another SELinux type, user or role can lift the confinement that keeps a container off the files of its node.",
    severity: "high",
    covers: ["pod.selinux"],
    frameworks: [
        ...pss("baseline/seLinuxOptions"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("AC-3", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Remove seLinuxOptions, or keep only a level and a confined container type.",
    profiles: ["baseline", "restricted", "nsa", "x0tta6bl4"],
    params: pssParams,
    admission: {
        expression: [
            "variables.podSpec == null || ([variables.podSpec.?securityContext.?seLinuxOptions.orValue({})] +",
            " variables.containers.map(c, c.?securityContext.?seLinuxOptions.orValue({}))).all(o,",
            `  o.?type.orValue('') in ['', 'container_t', 'container_init_t', 'container_kvm_t', ${literal(ENGINE_TYPE)}] &&`,
            "  o.?user.orValue('') == '' && o.?role.orValue('') == '')",
        ].join("\n"),
    },
    *check(pod, { params }) {
        const types = since(params.pssVersion, 31) ? [...TYPES, ENGINE_TYPE] : TYPES;
        yield* faultsOf(pod.path, pod.securityContext, types);
        for (const { path, securityContext, name } of pod.containers) {
            yield* faultsOf(path, securityContext, types, name);
        }
    },
});
