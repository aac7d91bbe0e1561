import { literal } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, cis, gdpr, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import type { Fault } from "../../engine/control";
import {
    annotatedTlsExpression,
    coversHost,
    hasAnnotatedTls,
    INGRESS_KINDS,
    ingressRules,
} from "../../kubernetes/ingress";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, strings } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
import { show } from "../../text";

/** Annotations by which an Ingress goes on serving plain HTTP although it has TLS, and the value that does it. */
const PLAIN_HTTP: Readonly<Record<string, string>> = {
    "kubernetes.io/ingress.allow-http": "true",
    "nginx.ingress.kubernetes.io/ssl-redirect": "false",
    "haproxy.org/ssl-redirect": "false",
};

export const ingressUsesTls = objectControl({
    name: "ingress-uses-tls",
    description: "Every Ingress and Route is served over TLS for all of its hosts.",
    why: "Without TLS whoever is on the way reads sessions and passwords and rewrites what is served.",
    severity: "high",
    covers: ["net.ingress-tls"],
    frameworks: [
        ...cis("5.3.2"),
        ...nsa("Network separation and hardening"),
        ...mitre("T1557", "T1040"),
        ...nist("SC-8", "SC-8(1)"),
        ...soc2("CC6.7"),
        ...gdpr("32"),
        ...checklist("SEC-6"),
    ],
    remediation: "Add spec.tls with every host and the Secret of its certificate.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: [...INGRESS_KINDS, "route.openshift.io/Route"],
    *check(object) {
        if (object.kind === "Route") {
            const path = `${object.prefix}spec.tls`;
            if (Object.keys(obj(obj(object.body["spec"])["tls"])).length === 0) {
                yield { path, message: `${path} is unset. Set its termination to edge or reencrypt.`, absent: true };
            }
            return;
        }
        yield* ingressFaults(object);
    },
    admission: {
        // Admission has no catalogue of OpenShift's kinds, so this is about Ingresses alone.
        expression: [
            `(${annotatedTlsExpression()} || size(object.spec.?tls.orValue([])) > 0)`,
            `(size(object.spec.?tls.orValue([])) == 0 || object.spec.tls.exists(t, size(t.?hosts.orValue([])) == 0) || object.spec.?rules.orValue([]).all(r, r.?host.orValue('') == '' ||
 object.spec.tls.exists(t, t.hosts.exists(h, h.lowerAscii() == r.host.lowerAscii() ||
  (h.startsWith('*.') && h.substring(2).lowerAscii() == r.host.substring(r.host.indexOf('.') + 1).lowerAscii())))))`,
            ...Object.entries(PLAIN_HTTP).map(
                ([name, value]) => `object.metadata.?annotations[?${literal(name)}].orValue('') != ${literal(value)}`,
            ),
        ].join(" &&\n"),
    },
});

function* ingressFaults(ingress: KubeObject): Iterable<Fault> {
    const path = `${ingress.prefix}spec.tls`;
    const tls = list(obj(ingress.body["spec"])["tls"]);
    if (tls.length === 0 && !hasAnnotatedTls(ingress)) {
        yield { path, message: `${path} is unset. Name the hosts and the Secret of their certificate.`, absent: true };
        return;
    }
    // An entry without hosts is for all of them (API reference, IngressTLS).
    const patterns = tls.map((entry) => strings(obj(entry)["hosts"]));
    if (tls.length > 0 && patterns.every((hosts) => hosts.length > 0)) {
        for (const rule of ingressRules(ingress)) {
            if (rule.host !== "" && !patterns.flat().some((pattern) => coversHost(pattern, rule.host))) {
                yield {
                    path: `${rule.path}.host`,
                    message: `${rule.path}.host is "${rule.host}", which no entry of spec.tls names. Add it there.`,
                };
            }
        }
    }
    for (const [name, value] of Object.entries(PLAIN_HTTP)) {
        if (show(ingress.annotations[name] ?? "") === value) {
            const at = child(`${ingress.prefix}metadata.annotations`, name);
            yield { path: at, message: `${at} is "${value}", so plain HTTP is served as well. Remove it.` };
        }
    }
}
