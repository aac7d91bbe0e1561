import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import { INGRESS_KINDS } from "../../kubernetes/ingress";
import { child } from "../../kubernetes/path";

/** Every way in which the kinds below write TLS 1.2 or 1.3. */
const CURRENT = new Set([
    "VersionTLS12",
    "VersionTLS13",
    "TLSv1_2",
    "TLSv1_3",
    "TLSV1_2",
    "TLSV1_3",
    "1.2",
    "1.3",
    "v1.2",
    "v1.3",
]);

export const tlsVersionsAreCurrent = objectControl({
    name: "tls-versions-are-current",
    description: "Every TLS setting asks for version 1.2 or later.",
    why: "TLS 1.0 and 1.1 rest on broken hashes, and a client that can be talked down to them can be read.",
    severity: "medium",
    covers: ["net.tls-min-version"],
    frameworks: [...mitre("T1557"), ...nist("SC-8", "SC-13"), ...soc2("CC6.7"), ...checklist("SEC-6", "PQC-3")],
    remediation: "Set the minimum version to TLS 1.3, or 1.2 where clients can't.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: [
        "traefik.io/TLSOption",
        "traefik.containo.us/TLSOption",
        "consul.hashicorp.com/Mesh",
        "networking.istio.io/Gateway",
        "gateway.envoyproxy.io/ClientTrafficPolicy",
        "getambassador.io/Host",
        "getambassador.io/TLSContext",
        ...INGRESS_KINDS,
        "Service",
        "ConfigMap",
    ],
    *check(object) {
        for (const { path, version, required } of minimaOf(object)) {
            if (version === "" ? required : !CURRENT.has(version)) {
                yield {
                    path,
                    message: `${path} is ${version === "" ? "unset" : `"${version}"`}. Set it to TLS 1.2 or later.`,
                    absent: version === "",
                };
            }
        }
        yield* protocolFaults(object);
        yield* policyFaults(object);
    },
    admission: {
        none: "The kinds differ in where and how they write a version; their own schemas are checked at preview.",
    },
});

interface Minimum {
    readonly path: string;
    readonly version: string;
    /** What happens where nothing is said is not good enough. */
    readonly required: boolean;
}

function minimaOf(object: KubeObject): readonly Minimum[] {
    const spec = obj(object.body["spec"]);
    const at = `${object.prefix}spec`;
    switch (object.kind) {
        case "TLSOption":
            return [{ path: `${at}.minVersion`, version: str(spec["minVersion"]), required: true }];
        case "Mesh":
            return ["incoming", "outgoing"].map((way) => ({
                path: `${at}.tls.${way}.tlsMinVersion`,
                version: str(obj(obj(spec["tls"])[way])["tlsMinVersion"]),
                required: true,
            }));
        case "Gateway":
            return list(spec["servers"]).map((server, index) => ({
                path: `${at}.servers[${index}].tls.minProtocolVersion`,
                version: str(obj(obj(server)["tls"])["minProtocolVersion"]).replace("TLS_AUTO", ""),
                required: false,
            }));
        case "ClientTrafficPolicy":
            return [
                {
                    path: `${at}.tls.minVersion`,
                    version: str(obj(spec["tls"])["minVersion"]).replace("Auto", ""),
                    required: false,
                },
            ];
        case "TLSContext":
            return [{ path: `${at}.min_tls_version`, version: str(spec["min_tls_version"]), required: false }];
        case "Host":
            return [
                {
                    path: `${at}.tls.min_tls_version`,
                    version: str(obj(spec["tls"])["min_tls_version"]),
                    required: false,
                },
            ];
        default:
            return [];
    }
}

/** The annotations by which AWS' load balancers are given a security policy, by its name. */
const POLICY_ANNOTATIONS: readonly string[] = [
    "alb.ingress.kubernetes.io/ssl-policy",
    "service.beta.kubernetes.io/aws-load-balancer-ssl-negotiation-policy",
];
/** The policies of the AWS documentation begin at the version after the name's family; those named by a date begin at 1.0. */
const OLD_POLICY = /^ELBSecurityPolicy-(?:20\d\d-|TLS-1-[01]-|FS-20\d\d|FS-1-1-|TLS13-1-[01]-)/;

function* policyFaults(object: KubeObject): Iterable<Fault> {
    for (const name of POLICY_ANNOTATIONS) {
        const policy = str(object.annotations[name]);
        if (OLD_POLICY.test(policy)) {
            const path = child(`${object.prefix}metadata.annotations`, name);
            yield {
                path,
                message: `${path} is "${policy}", which takes TLS 1.0 or 1.1. Name a policy that begins at 1.2.`,
            };
        }
    }
}

/** ConfigMaps of ingress-nginx list the versions instead of naming the lowest. */
function* protocolFaults(object: KubeObject): Iterable<Fault> {
    const protocols = str(obj(object.body["data"])["ssl-protocols"]);
    const old = protocols.split(/\s+/).filter((version) => /^(?:SSLv[23]|TLSv1(?:\.[01])?)$/i.test(version));
    if (object.kind === "ConfigMap" && old.length > 0) {
        const path = `${object.prefix}data.ssl-protocols`;
        yield { path, message: `${path} holds ${old.join(", ")}. Leave only TLSv1.2 and TLSv1.3.` };
    }
}
