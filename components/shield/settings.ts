import type { Read } from "../../policies/engine/schema";
import {
    boolean,
    integer,
    listOf,
    mapOf,
    object,
    oneOf,
    optional,
    refined,
    text,
    withDefault,
} from "../../policies/engine/schema";
import { cidr, dnsLabel, quantity, urlPath } from "../../policies/engine/values";

const host = text(
    "a full host name without wildcards",
    /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
);

/** How much one client may ask for, and all of them together. */
const limits = withDefault(
    object({
        /** Requests a second of one client address, at each replica of the proxy. */
        requestsPerSecond: withDefault(integer(1, 100_000), 20),
        /** Connections that one replica of the proxy accepts. */
        connections: withDefault(integer(10, 1_000_000), 4096),
        /** Largest request. */
        bodySize: withDefault(quantity, "1Mi"),
        /** Seconds within which a whole request must have arrived: slow senders are cut off. */
        requestSeconds: withDefault(integer(1, 600), 15),
        /** Requests that wait for or are worked on by the application, at each replica of the proxy. */
        parallelRequests: withDefault(integer(1, 100_000), 1024),
    }),
    {},
);

/** Who may connect to the shield. Opening it to everybody is a decision of its own, not a default. */
const exposure = refined(
    object({
        sourceRanges: listOf(cidr, 1),
        public: withDefault(boolean(), false),
        /**
         * What leads requests to the proxies: a load balancer of their own, or the router of a platform that has one. The router hands
         * TLS on as it is and the proxies see its address instead of the client's, so the limit of requests counts all clients together.
         */
        through: withDefault(oneOf("loadBalancer", "route"), "loadBalancer"),
    }),
    ({ sourceRanges, public: open }) => {
        const everywhere = sourceRanges.filter((range) => range.endsWith("/0"));
        return everywhere.length > 0 && !open
            ? `opens ${everywhere.join(", ")}, which is everywhere; set public to true if that is meant`
            : undefined;
    },
);

/** The stack's settings for the shield: a Gateway run by Envoy Gateway, which the cluster brings. */
export const shieldSettings = object({
    host,
    /** Secret of the application's namespace with the certificate (`tls.crt`, `tls.key`). */
    certificateSecret: dnsLabel,
    gatewayClass: withDefault(dnsLabel, "envoy"),
    /** Where Envoy Gateway runs its proxies. */
    proxyNamespace: withDefault(dnsLabel, "envoy-gateway-system"),
    exposure,
    /** What is served, each path with everything below it; never the application's metrics. */
    paths: withDefault(listOf(urlPath, 1), ["/"]),
    limits,
    /** TLS from the proxy to the application, which then has to serve it at its port; in the clear unless set. */
    backendTls: optional(
        object({
            /** Name that the application's certificate bears, and that it is asked for. */
            hostname: host,
            /** ConfigMap of the application's namespace with the certificate's authority (`ca.crt`). */
            authority: dnsLabel,
            /** The certificate is the application's SVID: what it has to bear is the SPIFFE ID. */
            svid: withDefault(boolean(), false),
        }),
    ),
    replicas: withDefault(
        refined(
            object({ minimum: withDefault(integer(2, 100), 2), maximum: withDefault(integer(2, 100), 6) }),
            ({ minimum, maximum }) =>
                maximum < minimum ? `has a maximum of ${maximum}, which is below its minimum of ${minimum}` : undefined,
        ),
        {},
    ),
    /** Annotations that the cloud's load balancer reads. */
    loadBalancerAnnotations: withDefault(mapOf(text()), {}),
});

export type ShieldSettings = Read<typeof shieldSettings>;
