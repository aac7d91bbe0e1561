import { texts } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { list, obj, str } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";
import { pssParams, since } from "./pss";

/** The kernel settings that are the pod's own and can't reach another pod, by the minor version that allowed them. */
const SAFE: readonly { readonly minor: number; readonly names: readonly string[] }[] = [
    {
        minor: 0,
        names: [
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ping_group_range",
            "net.ipv4.tcp_syncookies",
        ],
    },
    { minor: 27, names: ["net.ipv4.ip_local_reserved_ports"] },
    {
        minor: 29,
        names: [
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_keepalive_time",
        ],
    },
    { minor: 32, names: ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"] },
    { minor: 37, names: ["net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_slow_start_after_idle"] },
];

function isSafe(sysctl: string, pssVersion: string): boolean {
    return SAFE.some(({ minor, names }) => names.includes(sysctl) && since(pssVersion, minor));
}

export const safeSysctlsOnly = podControl({
    name: "safe-sysctls-only",
    description: "No pod sets a kernel parameter outside the safe set.",
    why: "A kernel parameter that isn't the pod's own changes the node for every other pod, or turns a protection of it off.",
    severity: "high",
    covers: ["pod.sysctls"],
    frameworks: [
        ...pss("baseline/sysctls"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("CM-6", "CM-7"),
        ...checklist("CTR-7"),
    ],
    remediation: "Remove the sysctl, or set it on the nodes that need it.",
    profiles: ["baseline", "restricted", "nsa", "x0tta6bl4"],
    params: {
        ...pssParams,
        allowed: {
            type: "array",
            items: { type: "string" },
            description: "Further sysctls to allow, by name.",
            default: [],
        },
    },
    admission: {
        expression: [
            "variables.podSpec == null ||",
            "variables.podSpec.?securityContext.?sysctls.orValue([]).all(s, s.name in variables.safeSysctls)",
        ].join("\n"),
        variables: { safeSysctls: texts(SAFE.flatMap(({ names }) => names)) },
    },
    *check(pod, { params }) {
        for (const [index, sysctl] of list(pod.securityContext["sysctls"]).entries()) {
            const name = str(obj(sysctl)["name"]);
            if (!isSafe(name, params.pssVersion) && !params.allowed.includes(name)) {
                const path = `${pod.prefix}securityContext.sysctls[${index}].name`;
                yield {
                    path,
                    message: `${path} is "${name}", which is outside the safe set. Remove it.`,
                    fix: removeField(`${pod.prefix}securityContext.sysctls[${index}]`),
                };
            }
        }
    },
});
