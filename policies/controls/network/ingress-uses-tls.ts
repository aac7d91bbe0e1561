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
import type { Body, KubeObject } from "../../kubernetes/kube";
import { isObj, list, obj, str, strings } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
import { show } from "../../text";

/** Annotations by which an Ingress goes on serving plain HTTP although it has TLS, and the value that does it. */
const PLAIN_HTTP: Readonly<Record<string, string>> = {
    "kubernetes.io/ingress.allow-http": "true",
    "nginx.ingress.kubernetes.io/ssl-redirect": "false",
    "haproxy.org/ssl-redirect": "false",
};

type RouteFaults = (spec: Body, path: string) => Iterable<Fault>;

/** A route without its part about TLS. */
const unset =
    (field: string, advice: string): RouteFaults =>
    (spec, path) => {
        const at = `${path}.${field}`;
        const value = field.split(".").reduce<unknown>((holder, step) => obj(holder)[step], spec);
        return isObj(value) ? [] : [{ path: at, message: `${at} is unset. ${advice}`, absent: true }];
    };

/** Traefik's entry points take their name from its own settings; by its chart, that of TLS is `websecure`. */
const SECURE_ENTRY = /secure|https|tls/i;

/** A route of Traefik's is in the clear without `tls`, unless its entry points are those of TLS or it only redirects. */
function* traefikFaults(spec: Body, path: string): Iterable<Fault> {
    const entries = strings(spec["entryPoints"]);
    const isSecure = entries.length > 0 && entries.every((name) => SECURE_ENTRY.test(name));
    const routes = list(spec["routes"]).map(obj);
    const redirects =
        routes.length > 0 &&
        routes.every(({ middlewares }) => list(middlewares).some((one) => /redirect/i.test(str(obj(one)["name"]))));
    if (!isSecure && !redirects) {
        yield* unset("tls", "Name the certificate's Secret, or {} for the default certificate.")(spec, path);
    }
}

/** Contour's root proxies; what they include has no virtual host. */
function* contourFaults(spec: Body, path: string): Iterable<Fault> {
    if (isObj(spec["virtualhost"])) {
        yield* unset("virtualhost.tls", "Name the certificate's Secret.")(spec, path);
    }
    for (const [index, route] of list(spec["routes"]).map(obj).entries()) {
        if (route["permitInsecure"] === true) {
            const at = `${path}.routes[${index}].permitInsecure`;
            yield { path: at, message: `${at} is true, so plain HTTP is served as well. Remove it.` };
        }
    }
}

/** OpenShift terminates a Route's TLS where it says how; an empty entry says nothing. */
function* openShiftFaults(spec: Body, path: string): Iterable<Fault> {
    const at = `${path}.tls`;
    if (Object.keys(obj(spec["tls"])).length === 0) {
        yield { path: at, message: `${at} is unset. Set its termination to edge or reencrypt.`, absent: true };
    }
    if (obj(spec["tls"])["insecureEdgeTerminationPolicy"] === "Allow") {
        const plain = `${at}.insecureEdgeTerminationPolicy`;
        yield { path: plain, message: `${plain} is "Allow", so plain HTTP is served as well. Set it to Redirect.` };
    }
}

/** The kinds of routes that ingress controllers have of their own, by their API references. */
const ROUTES: Readonly<Record<string, RouteFaults>> = {
    "route.openshift.io/Route": openShiftFaults,
    "traefik.io/IngressRoute": traefikFaults,
    "traefik.containo.us/IngressRoute": traefikFaults,
    "projectcontour.io/HTTPProxy": contourFaults,
    "k8s.nginx.org/VirtualServer": unset("tls", "Name the certificate's Secret."),
};

export const ingressUsesTls = objectControl({
    name: "ingress-uses-tls",
    description: "Every Ingress, and every route of a controller's own kind, is served over TLS for all of its hosts.",
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
    kinds: [...INGRESS_KINDS, ...Object.keys(ROUTES)],
    *check(object) {
        const plain = ROUTES[`${object.group}/${object.kind}`];
        yield* plain === undefined ? ingressFaults(object) : plain(obj(object.body["spec"]), `${object.prefix}spec`);
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
