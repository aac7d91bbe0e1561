import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Access } from "./components/access";
import { Admission, waiversOf } from "./components/admission/admission";
import { loadConfig } from "./components/config";
import { IMAGES, Images } from "./components/images";
import { SecretsOperator } from "./components/external-secrets/operator";
import { SecretScopes } from "./components/external-secrets/scope";
import { Falco } from "./components/falco/falco";
import { GuardNamespaces, managedNamespaces } from "./components/guards";
import { Monitoring } from "./components/monitoring/monitoring";
import { scrapeTargets } from "./components/monitoring/targets";
import { GuardedNamespace } from "./components/namespace";
import { AllowedFlows } from "./components/network/network";
import { platformFlows } from "./components/network/standard";
import { Spire } from "./components/spire/spire";
import { WorkloadIdentity } from "./components/spire/workload-identity";
import { Workload } from "./components/workload";

const config = loadConfig();
const { admission, cluster, externalSecrets, falco, monitoring, platform } = config;
const images = new Images(config.images);
const surroundings = { cluster, monitoring, images };
const namespaces = managedNamespaces(config);

// A ConfigMap that is replaced instead of updated is missing for a moment, and pods that start just then fail.
const provider = new k8s.Provider("kubernetes", { enableConfigMapMutable: true });
const after = (...dependsOn: pulumi.Resource[]) => ({ provider, dependsOn });

const { namespace, owner, quota, access: grants } = platform;
const { podSecurityVersion } = cluster;
const guards = new GuardNamespaces("guards", config, { provider });
const home = new GuardedNamespace("platform", { namespace, owner, quota, podSecurityVersion }, { provider });
const operator = new SecretsOperator("external-secrets", { ...surroundings, settings: externalSecrets }, after(guards));
const scopes = { ...surroundings, settings: externalSecrets, namespaces };
const secrets = new SecretScopes("secrets", scopes, after(operator, home));
const spire = new Spire("spire", { ...surroundings, settings: config.spire }, after(secrets));
new Falco("falco", { ...surroundings, settings: falco }, after(secrets));
new Monitoring("monitoring", { settings: monitoring, targets: scrapeTargets(config) }, after(guards, home));

const flows = platformFlows(platform, cluster, monitoring);
const network = new AllowedFlows("platform-network", { flows }, after(home));
new Access("platform-access", { namespace: home.namespaceName, grants }, { provider });
const identity = new WorkloadIdentity(
    "platform-identity",
    { settings: config.spire, namespace, serviceAccount: platform.app },
    after(spire),
);
const workload = new Workload(
    "platform-workload",
    {
        ...platform,
        namespace: home.namespaceName,
        image: images.ref("x0tta6bl4"),
        version: IMAGES.x0tta6bl4.tag,
        identity: identity.pod,
    },
    after(network, identity, secrets),
);
// Last, so that a control never stands between the stack and its own objects' order.
const waivers = waiversOf(pulumi.getStack());
new Admission("admission", { settings: admission, namespaces, waivers }, after(workload, spire));

export const platformService = workload.serviceName;
