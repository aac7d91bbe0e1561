import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { list } from "../../kubernetes/kube";
import { configurationsOf } from "./control-plane";

/** A field whose default is no good, with what the kubelet does by it (KubeletConfiguration, kubelet.config.k8s.io/v1beta1). */
interface LaxDefault {
    readonly field: string;
    readonly missing: (body: Body) => boolean;
    readonly means: string;
    readonly wanted: string;
}

const isUnset = (body: Body, field: string): boolean => body[field] === undefined || body[field] === null;

const LAX_DEFAULTS: readonly LaxDefault[] = [
    {
        field: "rotateCertificates",
        missing: (body) => isUnset(body, "rotateCertificates"),
        means: "its client certificate is never renewed",
        wanted: "true (CIS 4.2.10)",
    },
    {
        field: "protectKernelDefaults",
        missing: (body) => isUnset(body, "protectKernelDefaults"),
        means: "it changes the kernel's settings to its own",
        wanted: "true",
    },
    {
        field: "serverTLSBootstrap",
        missing: (body) => body["serverTLSBootstrap"] !== true && isUnset(body, "tlsCertFile"),
        means: "it serves with a certificate that it signed itself",
        wanted: "true, or name a certificate in tlsCertFile (CIS 4.2.9, 4.2.11)",
    },
    {
        field: "tlsCipherSuites",
        missing: (body) => list(body["tlsCipherSuites"]).length === 0 && body["tlsMinVersion"] !== "VersionTLS13",
        means: "whatever this build of Go offers with TLS 1.2",
        wanted: "strong suites, or tlsMinVersion to VersionTLS13 (CIS 4.2.12)",
    },
];

export const kubeletStatesItsDefaults = objectControl({
    name: "kubelet-states-its-defaults",
    description: "A kubelet's configuration says what is lax where nothing is said.",
    why: "A field that is left out is at its default, and the defaults of these were chosen not to break old clusters.",
    severity: "low",
    // A flag or a drop-in file may hold what this one leaves out.
    enforcement: "advisory",
    covers: ["cp.kubelet"],
    frameworks: [
        ...cis("4.2.9", "4.2.10", "4.2.11", "4.2.12"),
        ...mitre("T1557"),
        ...nist("CM-6", "SC-8"),
        ...soc2("CC6.8"),
        ...checklist("ACC-1"),
    ],
    remediation: "Set the fields in the kubelet's configuration, unless a flag or a drop-in file does.",
    profiles: ["cis"],
    kinds: ["kubelet.config.k8s.io/KubeletConfiguration", "ConfigMap"],
    admission: { none: "Files of the node do not pass through admission control." },
    *check(object) {
        for (const { name, body, at } of configurationsOf(object)) {
            for (const { field, missing, means, wanted } of LAX_DEFAULTS) {
                if (name === "kubelet" && missing(body)) {
                    const path = at(field);
                    const state = isUnset(body, field) ? "unset" : "off";
                    yield {
                        path,
                        message: `${path}: ${field} is ${state}, which means: ${means}. Set it to ${wanted}, unless a flag or a drop-in file does.`,
                        absent: true,
                    };
                }
            }
        }
    },
});
