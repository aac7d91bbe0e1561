import { str } from "../../../policies/kubernetes/kube";
import type { PlatformName } from "../../../policies/platforms";
import { CLUSTER_DEFAULTS, PLATFORM_NAMES, platformOf } from "../../../policies/platforms";
import { networkProgram, platformOfNodes } from "../../doctor/recognise";
import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import type { Expected } from "../expected";
import type { Live } from "../live";

/** What follows from a platform and its network engine, for whoever reads that another one is there. */
const FOLLOWS =
    "where names are resolved, the paths of the kubelet and the runtime, quotas and policies follow from it (docs/platforms.md)";

/** The cluster is run as the stack is set for it: nothing says otherwise once the objects are made. */
export const clusterAsAssumed: Check = {
    name: "cluster-as-assumed",
    title: "The cluster is run as the stack's settings assume",
    covers: [],
    remedy: "Set cluster.platform and cluster.networkEngine to what is there (`hardening doctor` writes both), and deploy the stack.",
    async run(expected, live) {
        return [await platformVerdict(expected, live), ...(await engineVerdict(expected, live))];
    },
};

function platformSet({ cluster }: Expected): PlatformName {
    return PLATFORM_NAMES.find((name) => name === str(cluster["platform"])) ?? CLUSTER_DEFAULTS.platform;
}

async function platformVerdict(expected: Expected, live: Live): Promise<Verdict> {
    const set = platformSet(expected);
    const found = platformOfNodes(await live.objects("/api/v1", "nodes"));
    if (found === set) {
        return proved("nodes", `are of ${platformOf(set).title}, as cluster.platform says`);
    }
    if (found === undefined) {
        return set === "generic"
            ? proved("nodes", "show no platform of which more is known than of any cluster")
            : unknown("nodes", `show no platform that is known, or several; cluster.platform is ${set}`);
    }
    return failed("nodes", `are of ${platformOf(found).title}, and cluster.platform is ${set}: ${FOLLOWS}`);
}

/** An engine that is known has to be the one that policies are written for, where that makes a difference: with Cilium. */
async function engineVerdict(expected: Expected, live: Live): Promise<readonly Verdict[]> {
    const set = str(expected.cluster["networkEngine"]) || platformOf(platformSet(expected)).networkEngine;
    const program = networkProgram(await live.objects("/apis/apps/v1", "daemonsets"));
    if (program === undefined) {
        return [];
    }
    const subject = `DaemonSet ${program.name}`;
    return (program.engine === "cilium") === (set === "cilium")
        ? [proved(subject, `is what policies are written for (${set})`)]
        : [
              failed(
                  subject,
                  `is ${program.engine}'s, and policies are written for ${set}: the API server and the nodes are not reached`,
              ),
          ];
}
