import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj, str, strings } from "../../kubernetes/kube";

/** A cluster's own domain, behind the name of a Service. */
const DOMAIN = ".cluster.local";
const LONG = `.svc${DOMAIN}`;

/** The host that a name is of: a Service has two names inside its cluster. */
function serviceOf(name: string): string {
    return name.endsWith(LONG) ? name.slice(0, -DOMAIN.length) : name;
}

const shortened = (name: string) =>
    `(${name}.endsWith('${LONG}') ? ${name}.substring(0, size(${name}) - ${DOMAIN.length}) : ${name})`;

export const certificatesNameOneHost = objectControl({
    name: "certificates-name-one-host",
    description: "Every certificate is for one named host, from an issuer that may sign for it.",
    why: "A key that is good for several hosts, or for a wildcard, is worth stealing from the weakest of them.",
    severity: "low",
    enforcement: "advisory", // Some servers do answer to several names.
    covers: ["sec.cert-issuer"],
    frameworks: [
        ...mitre("T1649", "T1557"),
        ...nist("SC-12", "SC-17"),
        ...soc2("CC6.1"),
        ...checklist("PQC-4", "SEC-6"),
    ],
    remediation: "Write one Certificate for each host.",
    profiles: [],
    params: {
        maxNames: { type: "integer", description: "How many hosts a certificate may name.", default: 1, minimum: 1 },
        issuers: {
            type: "array",
            description: "The issuers that may sign, by name; empty for any.",
            items: { type: "string" },
            default: [],
        },
    },
    kinds: ["cert-manager.io/Certificate"],
    *check(certificate, { params }) {
        const spec = obj(certificate.body["spec"]);
        const names = strings(spec["dnsNames"]);
        const hosts = new Set(names.map(serviceOf));
        const path = `${certificate.prefix}spec.dnsNames`;
        if (hosts.size > params.maxNames) {
            yield {
                path,
                message: `${path} holds ${hosts.size} hosts. Write one Certificate for each ${params.maxNames > 1 ? params.maxNames : "host"}.`,
            };
        }
        for (const [index, name] of names.entries()) {
            if (name.includes("*")) {
                yield { path: `${path}[${index}]`, message: `${path}[${index}] is "${name}". Name each host.` };
            }
        }
        const issuer = str(obj(spec["issuerRef"])["name"]);
        if (params.issuers.length > 0 && !params.issuers.includes(issuer)) {
            const at = `${certificate.prefix}spec.issuerRef.name`;
            yield { path: at, message: `${at} is "${issuer}". Use ${params.issuers.join(" or ")}.` };
        }
    },
    admission: {
        expression: `!has(object.spec.dnsNames) || (!object.spec.dnsNames.exists(n, n.contains('*')) && object.spec.dnsNames.all(n, ${shortened("n")} == ${shortened("object.spec.dnsNames[0]")}))`,
    },
});
