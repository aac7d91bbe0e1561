import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";
import { show } from "../../text";

/** Which component a file belongs to, by how the report calls it; the first that fits counts. */
const OWNERS: readonly (readonly [prefix: RegExp, slug: string])[] = [
    [/^kubeAPIServer|^kubernetesPKI|^kubePKI|^adminConf/i, "cp.api-server"],
    [/^(?:kube)?ControllerManager/i, "cp.controller-manager"],
    [/^(?:kube)?Scheduler/i, "cp.scheduler"],
    [/^(?:kube)?Etcd/i, "cp.etcd"],
    [/./, "cp.kubelet"],
];

/** The kubelet's settings, as the report calls them, and what they have to be (CIS 4.2). */
const SETTINGS: ReadonlyMap<string, (value: string) => boolean> = new Map(
    Object.entries<(value: string) => boolean>({
        kubeletAnonymousAuthArgumentSet: (value) => value === "false",
        kubeletAuthorizationModeArgumentSet: (value) => value !== "AlwaysAllow",
        kubeletClientCaFileArgumentSet: (value) => value !== "",
        kubeletReadOnlyPortArgumentSet: (value) => value === "0",
        kubeletStreamingConnectionIdleTimeoutArgumentSet: (value) => !/^0+[a-z]*$/.test(value),
        kubeletProtectKernelDefaultsArgumentSet: (value) => value === "true",
        kubeletMakeIptablesUtilChainsArgumentSet: (value) => value === "true",
        kubeletEventQpsArgumentSet: (value) => /^[0-5]$/.test(value),
        kubeletRotateCertificatesArgumentSet: (value) => value === "true",
        kubeletRotateKubeletServerCertificateArgumentSet: (value) => value === "true",
    }),
);

/** The benchmark's sections on modes and owners of files: those of the control plane and those of every node. */
const FILES: readonly string[] = [
    ...Array.from({ length: 21 }, (_, index) => `1.1.${index + 1}`),
    ...Array.from({ length: 10 }, (_, index) => `4.1.${index + 1}`),
];

export const nodeFilesProtected = objectControl({
    name: "node-files-protected",
    description: "A node's report shows files that only root may change, and a kubelet that is guarded.",
    why: "Who writes these files is root of the node the next time a component starts.",
    severity: "high",
    covers: ["cp.api-server", "cp.controller-manager", "cp.scheduler", "cp.etcd", "cp.kubelet"],
    frameworks: [
        ...cis(...FILES, "4.2.1"),
        ...mitre("T1222", "T1543"),
        ...nist("AC-6", "CM-6"),
        ...soc2("CC6.1"),
        ...checklist("ACC-1"),
    ],
    remediation: "Set the file's mode to 600 and its owner to root:root, or etcd:etcd for etcd's data.",
    profiles: ["cis"],
    // What Trivy's node collector writes down of a node.
    kinds: ["NodeInfo"],
    *check(report) {
        for (const [name, entry] of Object.entries(obj(report.body["info"]))) {
            const covers = [OWNERS.find(([prefix]) => prefix.test(name))?.[1] ?? "cp.kubelet"];
            const path = `${report.prefix}info.${name}.values`;
            for (const value of list(obj(entry)["values"]).map(show)) {
                if (/Permissions?$/.test(name) && isOpen(value, name)) {
                    yield { path, covers, message: `${path} holds mode ${value}. Set it to 600 or less.` };
                } else if (/Ownership$/.test(name) && !["root:root", "etcd:etcd"].includes(value)) {
                    yield { path, covers, message: `${path} holds owner "${value}". Set it to root:root.` };
                } else if (SETTINGS.get(name)?.(value) === false) {
                    yield { path, covers, message: `${path} holds "${value}". Set it as CIS 4.2 asks.` };
                }
            }
        }
    },
    admission: { none: "Files of the node do not pass through admission control." },
});

/** Certificates may be read by everybody and directories entered by their owner; nothing may be written by others. */
function isOpen(mode: string, name: string): boolean {
    const bits = parseInt(mode, 8);
    const most =
        /Cert(?:ificate)?(?:Authorities)?Files?Permissions?$|CertificateFilePermissions$|certificateAuthorities/i.test(
            name,
        )
            ? 0o644
            : /Director/i.test(name)
              ? 0o700
              : 0o600;
    return !Number.isNaN(bits) && (bits & ~most & 0o777) !== 0;
}
