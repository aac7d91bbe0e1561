import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, pss } from "../../engine/frameworks";
import { hostPathsOf } from "../../kubernetes/host-paths";
import { parseImage } from "../../kubernetes/images";
import { str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { serviceAccountName } from "../../kubernetes/service-accounts";

/** What of the node each of SPIRE's accounts needs. */
interface Need {
    readonly hostPid: boolean;
    readonly paths: readonly RegExp[];
}

const AGENT = "spire-agent";
const DRIVER = "spiffe-csi-driver";
const SOCKETS = /^\/run\/spire\/agent-sockets$/;
const NEEDS: ReadonlyMap<string, Need> = new Map([
    [AGENT, { hostPid: true, paths: [SOCKETS, /^\/var\/lib\/kubelet\/pki\/kubelet\.crt$/] }],
    [
        DRIVER,
        {
            hostPid: false,
            // Distributions keep the kubelet elsewhere; what stands below its root is fixed.
            paths: [SOCKETS, /^\/var\/[a-z0-9./-]*\/(?:plugins\/csi\.spiffe\.io|pods|plugins_registry)$/],
        },
    ],
]);

/** A pod of the agent may hold the driver too, which then runs under the agent's account. */
function hasDriver(pod: PodView): boolean {
    return (
        serviceAccountName(pod) === AGENT &&
        pod.containers.some(({ body }) => parseImage(str(body["image"])).repository.endsWith(`/${DRIVER}`))
    );
}

export const spireHostAccess = podControl({
    name: "spire-host-access",
    description:
        "In SPIRE's namespace only the agent and the CSI driver touch the node, and only what they need of it.",
    why: "That namespace is open to privileged pods, so whoever can make pods there owns the nodes and every identity on them.",
    severity: "critical",
    covers: [],
    frameworks: [
        ...pss("baseline/hostNamespaces", "baseline/hostPathVolumes"),
        ...cis("5.2.1"),
        ...mitre("T1611"),
        ...nist("AC-6", "SC-39"),
        ...checklist("ACC-4", "ACC-5", "ZT-5"),
    ],
    remediation: "Drop hostPID, hostNetwork, hostIPC and hostPath, or move the pod to another namespace.",
    profiles: ["x0tta6bl4"],
    params: { namespace: { type: "string", description: "SPIRE's namespace.", default: "spire" } },
    *check(pod, { params }) {
        if (pod.object.namespace !== params.namespace) {
            return;
        }
        const account = serviceAccountName(pod);
        const needs = [account, ...(hasDriver(pod) ? [DRIVER] : [])].flatMap((name) => NEEDS.get(name) ?? []);
        for (const field of ["hostPID", "hostNetwork", "hostIPC"]) {
            const needed = field === "hostPID" && needs.some(({ hostPid }) => hostPid);
            if (pod.spec[field] === true && !needed) {
                const path = `${pod.prefix}${field}`;
                yield {
                    path,
                    message: `${path} is true, which the service account "${account}" has no need of. Remove it.`,
                };
            }
        }
        for (const { path, directory } of hostPathsOf(pod)) {
            if (!needs.some(({ paths }) => paths.some((pattern) => pattern.test(directory)))) {
                yield {
                    path,
                    message: `${path} is "${directory}", which the service account "${account}" has no need of. Remove the volume.`,
                };
            }
        }
    },
    admission: {
        none: "components/admission/spire-host-access.ts enforces it, with the service accounts and paths of the installation.",
    },
});
