/**
 * Annotations that somebody else acts on and that reach beyond the object that has them, and what they do. From the references
 * of the controllers, meshes, runtimes and network plugins they are for; outside: annotations that a control reads, and those
 * that only say how much, how long or how.
 */
interface Reach {
    readonly name: RegExp;
    /** Values that have the effect. Default: any. */
    readonly value?: RegExp;
    /** The rest of the sentence that begins with the path. */
    readonly why: string;
}

const NGINX = String.raw`^nginx\.(?:ingress\.kubernetes\.io|org)\/`;
// eslint-disable-next-line security/detect-non-literal-regexp -- all parts stand in this file
const nginx = (names: string): RegExp => new RegExp(`${NGINX}(?:${names})$`);

const ELSEWHERE = "has requests sent, asked about or answered elsewhere, which no control judges";
const LESS = "takes a check away that other routes have, which no control judges";
const NAMES = "has names or addresses of its choice published, and no control knows whose they are";
const RUNTIME = "is for the runtime on the node, and read by no control";
const NETWORK = "has the network treat the pod otherwise than policies say, which no control judges";

const REACHING: readonly Reach[] = [
    {
        name: /^(?:eks\.amazonaws\.com\/role-arn|iam\.amazonaws\.com\/role|iam\.gke\.io\/gcp-service-account|azure\.workload\.identity\/client-id)$/,
        why: "gives rights of a cloud's account, which no manifest says",
    },
    {
        name: /^(?:reflector\.v1\.k8s\.emberstack\.com|replicator\.v1\.mittwald\.de|kubed\.appscode\.com)\//,
        why: "has the object copied to other namespaces, and no control knows to which",
    },
    {
        name: /^(?:k8s\.v1\.cni\.cncf\.io\/networks|v1\.multus-cni\.io\/default-network)$/,
        why: "joins the pod to a network that no policy is about",
    },
    {
        name: /^scheduler\.alpha\.kubernetes\.io\/(?:node-selector|defaultTolerations|tolerationsWhitelist)$/,
        why: "changes the pods of the namespace, in ways that no control judges",
    },
    {
        name: nginx(
            "auth-url|auth-signin|mirror-target|mirror-host|permanent-redirect|temporal-redirect|upstream-vhost|default-backend|proxy-redirect-from|proxy-redirect-to|fastcgi-params-configmap|custom-headers|canary|auth-proxy-set-headers",
        ),
        why: ELSEWHERE,
    },
    { name: nginx("server-alias"), why: NAMES },
    { name: nginx("auth-tls-verify-client"), value: /^(?:off|optional(?:_no_ca)?)$/, why: LESS },
    { name: nginx("proxy-ssl-verify"), value: /^off$/, why: LESS },
    {
        name: nginx("enable-modsecurity|enable-owasp-core-rules|enable-access-log|enable-global-auth"),
        value: /^false$/,
        why: LESS,
    },
    { name: nginx("satisfy"), value: /^any$/, why: LESS },
    {
        name: nginx("whitelist-source-range|allowlist-source-range"),
        value: /(?:^|,)\s*(?:0\.0\.0\.0|::)\/0/,
        why: LESS,
    },
    { name: nginx("cors-allow-origin"), value: /\*/, why: LESS },
    { name: nginx("backend-protocol"), value: /^(?:FCGI|AJP)$/i, why: ELSEWHERE },
    { name: /^traefik\.ingress\.kubernetes\.io\/(?:router\.middlewares|service\.serverstransport)$/, why: ELSEWHERE },
    { name: /^konghq\.com\/(?:plugins|host-header|override)$/, why: ELSEWHERE },
    { name: /^higress\.io\/(?:auth-url|auth-signin|mirror-target-service)$/, why: ELSEWHERE },
    {
        name: /^haproxy(?:-ingress\.github)?\.(?:io|org)\/(?:auth-url|auth-signin|server-alias|redirect-to|request-redirect)$/,
        why: ELSEWHERE,
    },
    { name: /^alb\.ingress\.kubernetes\.io\/(?:actions\..+|auth-idp-oidc)$/, why: ELSEWHERE },
    { name: /^alb\.ingress\.kubernetes\.io\/inbound-cidrs$/, value: /(?:^|,)\s*(?:0\.0\.0\.0|::)\/0/, why: LESS },
    {
        name: /^alb\.ingress\.kubernetes\.io\/scheme$/,
        value: /^internet-facing$/,
        why: "publishes it to the internet, and no control knows whether it is meant to be",
    },
    {
        name: /^external-dns\.alpha\.kubernetes\.io\/(?:hostname|target|internal-hostname|endpoints-type|set-identifier)$/,
        why: NAMES,
    },
    {
        name: /^(?:io\.katacontainers\.config\.|io\.kubernetes\.cri-o\.|run\.oci\.|[a-z-]+\.cri-?o\.io$|seccomp-profile\.kubernetes\.cri-o\.io|io\.containerd\.)/,
        why: RUNTIME,
    },
    {
        name: /^cni\.projectcalico\.org\/(?:ipAddrs|ipAddrsNoIpam|floatingIPs|allowedSourcePrefixes|hwAddr)$/,
        why: NETWORK,
    },
    {
        name: /^(?:policy|cilium)\.cilium\.io\/(?:no-track-port|proxy-visibility)$|^(?:ovn\.kubernetes\.io|ipam\.cilium\.io|k8s\.ovn\.org)\//,
        why: NETWORK,
    },
    { name: /^sidecar\.istio\.io\/interceptionMode$/, value: /^NONE$/, why: NETWORK },
    { name: /^ambient\.istio\.io\/redirection$/, value: /^disabled$/, why: NETWORK },
    {
        name: /^vault\.hashicorp\.com\/agent-inject-(?:secret|template)-/,
        why: "has secrets put into the pod, and no control knows whose",
    },
    {
        name: /^(?:pre|post)\.hook\.(?:backup|restore)\.velero\.io\/command$/,
        why: "runs a command in the pod, which no control judges",
    },
    { name: /^traffic\.sidecar\.istio\.io\/(?:exclude|include)(?:In|Out)bound/, why: NETWORK },
    {
        name: /^config\.linkerd\.io\/(?:skip-(?:in|out)bound-(?:ports|subnets)|opaque-ports|default-inbound-policy)$/,
        why: NETWORK,
    },
    {
        name: /^instrumentation\.opentelemetry\.io\/inject-/,
        why: "has code put into the pod's programs, which no control judges",
    },
    { name: /^inject\.istio\.io\/templates$/, why: "has containers put into the pod, which no control judges" },
];

/** What an annotation does beyond its object, to follow its path; undefined where it does nothing that is known here. */
export function reachOfAnnotation(annotation: string, text: string): string | undefined {
    return REACHING.find(({ name, value }) => name.test(annotation) && (value?.test(text.trim()) ?? true))?.why;
}
