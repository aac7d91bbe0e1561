import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Admission, waiversOf } from "./components/admission/admission";
import { signatureLabels } from "./components/admission/signatures";
import { Canary } from "./components/canary/canary";
import { loadConfig } from "./components/config";
import { ControlPlaneFiles } from "./components/control-plane/control-plane";
import { SecretsOperator } from "./components/external-secrets/operator";
import { SecretScopes } from "./components/external-secrets/scope";
import { Falco } from "./components/falco/falco";
import { GuardNamespaces, managedNamespaces } from "./components/guards";
import { Images } from "./components/images";
import { Monitoring } from "./components/monitoring/monitoring";
import { scrapeTargets } from "./components/monitoring/targets";
import { GuardedNamespace } from "./components/namespace";
import { after } from "./components/order";
import { Platform } from "./components/platform/platform";
import { Spire } from "./components/spire/spire";

const config = loadConfig();
const { admission, canary, cluster, controlPlane, externalSecrets, falco, monitoring, platform, spire } = config;
const images = new Images(config.images);
const surroundings = { cluster, monitoring, images };
const namespaces = managedNamespaces(config);

// A ConfigMap that is replaced instead of updated is missing for a moment, and pods that start just then fail.
const provider = new k8s.Provider("kubernetes", { enableConfigMapMutable: true });

// What everything else stands in: closed namespaces, and the files of the API server.
const guards = new GuardNamespaces("guards", config, { provider });
const { podSecurityVersion } = cluster;
const labels = signatureLabels(admission.signatures, platform.namespace);
const home = new GuardedNamespace("platform", { ...platform, podSecurityVersion, labels }, after(provider, guards));
const files = new ControlPlaneFiles("control-plane", { settings: controlPlane }, after(provider, guards));

// Secrets, identities, eyes.
const secretArgs = { ...surroundings, settings: externalSecrets, namespaces };
const operator = new SecretsOperator("external-secrets", secretArgs, after(provider, guards));
const secrets = new SecretScopes("secrets", secretArgs, after(provider, operator, home));
const identities = new Spire("spire", { ...surroundings, settings: spire }, after(provider, secrets));
new Falco("falco", { ...surroundings, settings: falco }, after(provider, secrets));
new Monitoring("monitoring", { settings: monitoring, targets: scrapeTargets(config) }, after(provider, guards, home));

// The platform itself, and then admission, which would otherwise judge the stack's own objects out of order.
const platformArgs = { ...config, images, namespace: home.namespaceName };
const application = new Platform("platform", platformArgs, after(provider, secrets, identities));
if (canary.enabled) {
    const canaryArgs = { ...surroundings, settings: canary, spire, platform };
    new Canary("canary", canaryArgs, after(provider, guards, home, identities));
}
const admissionArgs = { settings: admission, namespaces, waivers: waiversOf(pulumi.getStack()) };
new Admission("admission", admissionArgs, after(provider, application, identities));

export const platformService = application.serviceName;
export const encryptionConfiguration = files.encryptionConfiguration;
