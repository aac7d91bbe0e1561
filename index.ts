import * as k8s from "@pulumi/kubernetes";

import { Access } from "./components/access";
import { loadConfig } from "./components/config";
import { IMAGES, Images } from "./components/images";
import { SecretsOperator } from "./components/external-secrets/operator";
import { SecretScopes } from "./components/external-secrets/scope";
import { Falco } from "./components/falco/falco";
import { GuardNamespaces, guardNamespaces } from "./components/guards";
import { Monitoring } from "./components/monitoring/monitoring";
import { scrapeTargets } from "./components/monitoring/targets";
import { GuardedNamespace } from "./components/namespace";
import { AllowedFlows } from "./components/network/network";
import { platformFlows } from "./components/network/standard";
import { Spire } from "./components/spire/spire";
import { WorkloadIdentity } from "./components/spire/workload-identity";
import { Workload } from "./components/workload";

const config = loadConfig();
const { cluster, monitoring, platform } = config;
const images = new Images(config.images);
const surroundings = { cluster, monitoring, images };

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
const guards = new GuardNamespaces("guards", config, deployed);
const operator = new SecretsOperator(
    "external-secrets",
    { ...surroundings, settings: config.externalSecrets },
    { ...deployed, dependsOn: [guards] },
);
const secrets = new SecretScopes(
    "secrets",
    {
        ...surroundings,
        settings: config.externalSecrets,
        namespaces: [platform.namespace, ...guardNamespaces(config).map(({ namespace }) => namespace)],
    },
    { ...deployed, dependsOn: [operator, platformNamespace] },
);
new Falco("falco", { ...surroundings, settings: config.falco }, { ...deployed, dependsOn: [secrets] });
const spire = new Spire("spire", { ...surroundings, settings: config.spire }, { ...deployed, dependsOn: [secrets] });
new Monitoring(
    "monitoring",
    { settings: monitoring, targets: scrapeTargets(config) },
    { ...deployed, dependsOn: [guards, platformNamespace] },
);

const platformNetwork = new AllowedFlows(
    "platform-network",
    { flows: platformFlows(platform, cluster, monitoring) },
    { ...deployed, dependsOn: [platformNamespace] },
);
new Access("platform-access", { namespace: platformNamespace.namespaceName, grants: platform.access }, deployed);
const identity = new WorkloadIdentity(
    "platform-identity",
    { settings: config.spire, namespace: platform.namespace, serviceAccount: platform.app },
    { ...deployed, dependsOn: [spire] },
);
const workload = new Workload(
    "platform-workload",
    {
        ...platform,
        namespace: platformNamespace.namespaceName,
        image: images.ref("x0tta6bl4"),
        version: IMAGES.x0tta6bl4.tag,
        identity: identity.pod,
    },
    { ...deployed, dependsOn: [platformNetwork, identity] },
);

export const platformService = workload.serviceName;
