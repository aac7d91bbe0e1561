import type { Control } from "../../engine/control";
import { admissionPoliciesBound } from "./admission-policies-bound";
import { auditPolicyInPlace } from "./audit-policy-in-place";
import { encryptionAtRestInPlace } from "./encryption-at-rest-in-place";
import { externalSecretsRefreshed } from "./external-secrets-refreshed";
import { externalSecretsSelectKeys } from "./external-secrets-select-keys";
import { falcoOnEveryNode } from "./falco-on-every-node";
import { gatewaysTerminateTls } from "./gateways-terminate-tls";
import { ingressLimitsRequests } from "./ingress-limits-requests";
import { noPolicyForEveryAddress } from "./no-policy-for-every-address";
import { objectsAreVisible } from "./objects-are-visible";
import { podMonitorsMatchAPort } from "./pod-monitors-match-a-port";
import { secretStoresScoped } from "./secret-stores-scoped";
import { secretStoresWithoutStaticKeys } from "./secret-stores-without-static-keys";
import { webhooksFailClosed } from "./webhooks-fail-closed";
import { webhooksScoped } from "./webhooks-scoped";

/** Falco, External Secrets, monitoring, admission and the shield, in reading order. */
export const platformControls: readonly Control[] = [
    falcoOnEveryNode,
    secretStoresWithoutStaticKeys,
    secretStoresScoped,
    externalSecretsRefreshed,
    externalSecretsSelectKeys,
    webhooksFailClosed,
    webhooksScoped,
    admissionPoliciesBound,
    podMonitorsMatchAPort,
    noPolicyForEveryAddress,
    ingressLimitsRequests,
    gatewaysTerminateTls,
    objectsAreVisible,
    auditPolicyInPlace,
    encryptionAtRestInPlace,
];
