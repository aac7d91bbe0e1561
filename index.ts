import * as k8s from "@pulumi/kubernetes";

import { Access } from "./components/access";
import { loadConfig } from "./components/config";
import { IMAGES, Images } from "./components/images";
import { GuardedNamespace } from "./components/namespace";
import { AllowedFlows } from "./components/network/network";
import { platformFlows } from "./components/network/standard";
import { Workload } from "./components/workload";

const { cluster, images: imageSettings, monitoring, platform } = loadConfig();
const images = new Images(imageSettings);

// A ConfigMap that is replaced instead of updated is missing for a moment, and pods that start just then fail.
const provider = new k8s.Provider("kubernetes", { enableConfigMapMutable: true });
const deployed = { provider };

const platformNamespace = new GuardedNamespace(
    "platform",
    {
        namespace: platform.namespace,
        owner: platform.owner,
        podSecurityVersion: cluster.podSecurityVersion,
        quota: platform.quota,
    },
    deployed,
);
const platformNetwork = new AllowedFlows(
    "platform-network",
    { flows: platformFlows(platform, cluster, monitoring) },
    { ...deployed, dependsOn: [platformNamespace] },
);
new Access("platform-access", { namespace: platformNamespace.namespaceName, grants: platform.access }, deployed);
const workload = new Workload(
    "platform-workload",
    {
        ...platform,
        namespace: platformNamespace.namespaceName,
        image: images.ref("x0tta6bl4"),
        version: IMAGES.x0tta6bl4.tag,
    },
    { ...deployed, dependsOn: [platformNetwork] },
);

export const platformService = workload.serviceName;
