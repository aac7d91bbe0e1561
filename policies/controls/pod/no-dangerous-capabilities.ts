import { texts } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";
import { show } from "../../text";

/** Each of these alone leads out of the container, or into the traffic and processes of others. */
const DANGEROUS: readonly string[] = [
    "ALL",
    "AUDIT_CONTROL",
    "BPF",
    "CHECKPOINT_RESTORE",
    "DAC_READ_SEARCH",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "NET_ADMIN",
    "NET_RAW",
    "PERFMON",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_TIME",
];

export const noDangerousCapabilities = podControl({
    name: "no-dangerous-capabilities",
    description: "No container adds a capability that leads out of it.",
    why: "Each of these capabilities alone gives root on the node, or lets a container read what its neighbours do.",
    severity: "high",
    covers: ["pod.cap-sys-admin"],
    frameworks: [
        ...cis("5.2.9"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611", "T1068"),
        ...nist("AC-6", "CM-7"),
        ...checklist("CTR-7"),
    ],
    remediation: "Remove the capability from securityContext.capabilities.add.",
    // In our own stacks drop-all-capabilities forbids adding any of them.
    profiles: ["cis", "nsa"],
    params: {
        capabilities: {
            type: "array",
            items: { type: "string" },
            description: "The capabilities that no container may add, without the prefix CAP_.",
            default: DANGEROUS,
        },
    },
    admission: {
        expression: [
            "variables.containers.all(c, c.?securityContext.?capabilities.?add.orValue([]).all(a,",
            " !(a.upperAscii().replace('CAP_', '') in variables.dangerous)))",
        ].join("\n"),
        variables: { dangerous: texts(DANGEROUS) },
    },
    *check(pod, { params }) {
        for (const container of pod.containers) {
            const { name, path, securityContext } = container;
            for (const [index, entry] of list(obj(securityContext["capabilities"])["add"]).entries()) {
                // Runtimes take the name in any case, and some with its prefix.
                const capability = typeof entry === "string" ? entry.toUpperCase().replace(/^CAP_/, "") : "";
                if (params.capabilities.includes(capability)) {
                    const field = `${path}.securityContext.capabilities.add[${index}]`;
                    yield {
                        path: field,
                        container: name,
                        message: `${field} is "${show(entry)}" (container "${name}"). Remove it.`,
                        fix: removeField(field),
                    };
                }
            }
        }
    },
});
