import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj, str } from "../../kubernetes/kube";
import { UnknownValueError } from "../../kubernetes/unknown";

/** DER of the attribute "organization" (2.5.4.10), which Kubernetes reads as a group (RFC 4519; kubernetes.io/docs "X509 client certificates"). */
const ORGANIZATION = Buffer.from("060355040a", "hex");

/** DER of the attribute "common name" (2.5.4.3), which Kubernetes reads as the user's name. */
const COMMON_NAME = Buffer.from("0603550403", "hex");
/** How the DER of every structure begins. */
const SEQUENCE = 0x30;
/** Groups that are bound to cluster-admin: the API server's own, and kubeadm's. */
const MASTERS: readonly string[] = ["system:masters", "kubeadm:cluster-admins"];
/** The signer of the API server's clients (kubernetes.io/docs, "Certificates and Certificate Signing Requests"). */
const CLIENTS = "kubernetes.io/kube-apiserver-client";

export const noSystemMastersRequests = objectControl({
    name: "no-system-masters-requests",
    description:
        "No certificate signing request asks for membership of system:masters, or for another name of Kubernetes' own.",
    why: "Such a certificate passes every authorization check until it expires, and nothing can revoke it.",
    severity: "critical",
    covers: ["rbac.csr"],
    frameworks: [
        ...cis("5.1.7", "5.1.11"),
        ...mitre("T1078", "T1098"),
        ...nist("AC-6", "IA-5(2)"),
        ...soc2("CC6.1"),
        ...checklist("ACC-3"),
    ],
    remediation: "Ask for a certificate without that organization and bind a role to the user it names.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: ["certificates.k8s.io/CertificateSigningRequest"],
    *check(object) {
        const spec = obj(object.body["spec"]);
        const path = `${object.prefix}spec.request`;
        const subject = subjectOf(str(spec["request"]));
        if (subject === undefined) {
            throw new UnknownValueError(
                ["spec", "request"],
                `${path} is no certificate request that can be read, so nobody knows whom it is for`,
            );
        }
        const { organizations, names } = subject;
        const group = organizations.find((name) => MASTERS.includes(name));
        if (group !== undefined) {
            yield { path, message: `${path} asks for organization "${group}". Ask for a certificate without it.` };
        } else if (spec["signerName"] === CLIENTS) {
            // Nodes and bootstrap have signers of their own, which hold them to their names.
            const system = [...organizations, ...names].find((name) => name.startsWith("system:"));
            if (system !== undefined) {
                yield {
                    path,
                    message: `${path} asks for the name "${system}" of Kubernetes' own. Ask for one of your own.`,
                };
            }
        }
    },
    admission: { none: "Common Expression Language can't read a PKCS #10 request." },
});

/** The names in a PKCS #10 request: PEM, in base64 once more as the API takes it. Undefined where it is none. */
function subjectOf(
    request: string,
): { readonly organizations: readonly string[]; readonly names: readonly string[] } | undefined {
    const pem = Buffer.from(request, "base64").toString("latin1");
    const der = Buffer.from(pem.replaceAll(/-----[A-Z ]+-----/g, "").replaceAll(/\s/g, ""), "base64");
    const isRequest = pem.includes("CERTIFICATE REQUEST-----") && der[0] === SEQUENCE;
    return isRequest ? { organizations: valuesOf(der, ORGANIZATION), names: valuesOf(der, COMMON_NAME) } : undefined;
}

function valuesOf(der: Buffer, attribute: Buffer): readonly string[] {
    const found: string[] = [];
    for (let at = der.indexOf(attribute); at >= 0; at = der.indexOf(attribute, at + 1)) {
        // What follows is the value: one byte of type, one of length (these names have at most 64 characters).
        const value = at + attribute.length;
        found.push(der.subarray(value + 2, value + 2 + (der[value + 1] ?? 0)).toString("utf8"));
    }
    return found;
}
