import { podControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";

/** The first releases without CVE-2025-1974 ("IngressNightmare") on each line that got one. */
const FIXED: readonly (readonly [major: number, minor: number, patch: number])[] = [
    [1, 11, 5],
    [1, 12, 1],
];

const CONTROLLER =
    /(?:^|\/)(?:ingress-nginx\/controller|nginx-ingress-controller|ingress-nginx-controller)(?:-chroot)?:v?(\d+)\.(\d+)\.(\d+)/;

export const noVulnerableIngressNginx = podControl({
    name: "no-vulnerable-ingress-nginx",
    description: "No ingress-nginx controller older than the fix of CVE-2025-1974 runs.",
    why: "Any pod of the cluster can make such a controller run code, and it reads every Secret there is.",
    severity: "critical",
    covers: ["net.ingress-nginx-snippets"],
    frameworks: [...mitre("T1190", "T1068"), ...nist("SI-2", "RA-5"), ...soc2("CC7.1"), ...checklist("IR-3", "MET-5")],
    remediation: "Upgrade to v1.12.1, v1.11.5 or later.",
    profiles: ["nsa", "x0tta6bl4"],
    *check(pod) {
        for (const { name: container, path, body } of pod.containers) {
            const [, ...version] = CONTROLLER.exec(str(body["image"])) ?? [];
            if (version.length > 0 && isVulnerable(version.map(Number))) {
                yield {
                    path: `${path}.image`,
                    container,
                    message: `${path}.image is ingress-nginx ${version.join(".")} (CVE-2025-1974). Upgrade to 1.12.1, 1.11.5 or later.`,
                };
            }
        }
    },
    admission: {
        none: "Versions can't be compared in Common Expression Language without a library the API server lacks before 1.33.",
    },
});

function isVulnerable(version: readonly number[]): boolean {
    const [major = 0, minor = 0, patch = 0] = version;
    const line = FIXED.find(([ofMajor, ofMinor]) => ofMajor === major && ofMinor === minor);
    return line === undefined ? major < 1 || (major === 1 && minor < 11) : patch < line[2];
}
