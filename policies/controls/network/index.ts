import type { Control } from "../../engine/control";
import { allowRulesNameTheirPods } from "./allow-rules-name-their-pods";
import { clientAddressesAreKept } from "./client-addresses-are-kept";
import { egressSparesInstanceMetadata } from "./egress-spares-instance-metadata";
import { gatewayListenersUseTls } from "./gateway-listeners-use-tls";
import { ingressHostsAreUnique } from "./ingress-hosts-are-unique";
import { ingressNamesItsClass } from "./ingress-names-its-class";
import { ingressNamesItsHosts } from "./ingress-names-its-hosts";
import { ingressUsesTls } from "./ingress-uses-tls";
import { loadBalancerSourcesLimited } from "./load-balancer-sources-limited";
import { loadBalancersUseTls } from "./load-balancers-use-tls";
import { meshAuthorizationInPlace } from "./mesh-authorization-in-place";
import { meshHostsAreNamed } from "./mesh-hosts-are-named";
import { meshInjectionNotDisabled } from "./mesh-injection-not-disabled";
import { meshMtlsIsStrict } from "./mesh-mtls-is-strict";
import { namespacesDenyByDefault } from "./namespaces-deny-by-default";
import { namespacesJoinTheMesh } from "./namespaces-join-the-mesh";
import { networkPoliciesSelectPods } from "./network-policies-select-pods";
import { networkPolicyPeersExist } from "./network-policy-peers-exist";
import { noAllowAllAdminPolicies } from "./no-allow-all-admin-policies";
import { noAllowAllCalicoRules } from "./no-allow-all-calico-rules";
import { noAllowAllCiliumRules } from "./no-allow-all-cilium-rules";
import { noAllowAllRules } from "./no-allow-all-rules";
import { noClusterWideTlsOptions } from "./no-cluster-wide-tls-options";
import { noExposedDashboards } from "./no-exposed-dashboards";
import { noExternalIps } from "./no-external-ips";
import { noInstanceMetadataAccess } from "./no-instance-metadata-access";
import { noLoadBalancers } from "./no-load-balancers";
import { noLocalExternalNames } from "./no-local-external-names";
import { noNginxSnippets } from "./no-nginx-snippets";
import { noNodeLocalEndpoints } from "./no-node-local-endpoints";
import { noNodePorts } from "./no-node-ports";
import { noUnauthenticatedServices } from "./no-unauthenticated-services";
import { noUnreviewedExposure } from "./no-unreviewed-exposure";
import { noVulnerableIngressNginx } from "./no-vulnerable-ingress-nginx";
import { podsIsolatedBothWays } from "./pods-isolated-both-ways";
import { podsHaveANetworkPolicy } from "./pods-have-a-network-policy";
import { serviceSelectorsAreUnique } from "./service-selectors-are-unique";
import { servicesSelectPods } from "./services-select-pods";
import { tlsVersionsAreCurrent } from "./tls-versions-are-current";

/** Who may talk to whom, in reading order. */
export const networkControls: readonly Control[] = [
    namespacesDenyByDefault,
    podsHaveANetworkPolicy,
    podsIsolatedBothWays,
    noAllowAllRules,
    allowRulesNameTheirPods,
    networkPoliciesSelectPods,
    networkPolicyPeersExist,
    noAllowAllAdminPolicies,
    noAllowAllCiliumRules,
    noAllowAllCalicoRules,
    egressSparesInstanceMetadata,
    noInstanceMetadataAccess,
    noNodePorts,
    noLoadBalancers,
    loadBalancerSourcesLimited,
    loadBalancersUseTls,
    clientAddressesAreKept,
    noExternalIps,
    noLocalExternalNames,
    noNodeLocalEndpoints,
    servicesSelectPods,
    serviceSelectorsAreUnique,
    noUnauthenticatedServices,
    noUnreviewedExposure,
    noExposedDashboards,
    ingressUsesTls,
    gatewayListenersUseTls,
    ingressNamesItsHosts,
    ingressNamesItsClass,
    ingressHostsAreUnique,
    noNginxSnippets,
    noVulnerableIngressNginx,
    tlsVersionsAreCurrent,
    noClusterWideTlsOptions,
    meshMtlsIsStrict,
    namespacesJoinTheMesh,
    meshInjectionNotDisabled,
    meshAuthorizationInPlace,
    meshHostsAreNamed,
];
