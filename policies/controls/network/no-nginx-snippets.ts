import { pattern } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Fault } from "../../engine/control";
import { INGRESS_KINDS, ingressRules } from "../../kubernetes/ingress";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
import { show } from "../../text";

const PREFIX = /^nginx\.(?:ingress\.kubernetes\.io|org|com)\//;
const SNIPPET = /-snippets?$/;
/** The same of HAProxy's controllers (haproxy.org's and haproxy-ingress's annotations). */
const OTHER_SNIPPET =
    /^(?:haproxy\.(?:org|com)|haproxy-ingress\.github\.io|ingress\.kubernetes\.io)\/(?:[\w-]*-snippet|config-(?:backend|defaults|frontend|global|peers|proxy|sections|tcp|tcp-service)(?:-early|-late)?)$/;
/** Directives that read files, run code or end the statement they stand in. */
const DIRECTIVE =
    /\b(?:alias|root|proxy_pass|load_module|lua_\w+)\s|_by_lua|\blocation\s*[~=/]|[{};\r\n]|\/(?:etc|root|proc|run\/secrets|var\/run\/secrets)\//;
/** Paths of the controller's own file system, and characters that end a directive. */
const FILE_PATH = /^\/(?:etc|root|proc|run|var\/run|var\/lib|bin|sbin|dev|sys)(?:\/|$)|[{};\r\n]/;

export const noNginxSnippets = objectControl({
    name: "no-nginx-snippets",
    description: "No Ingress writes configuration of its own into its controller, and ingress-nginx does not let it.",
    why: "A snippet runs inside the controller: it reads the token and every TLS key of the cluster (CVE-2021-25742).",
    severity: "critical",
    covers: ["net.ingress-nginx-snippets"],
    frameworks: [...mitre("T1190", "T1552.007"), ...nist("CM-7", "SI-10"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: 'Remove the snippet, and set allow-snippet-annotations to "false" in the controller\'s ConfigMap.',
    profiles: ["nsa", "x0tta6bl4"],
    kinds: [...INGRESS_KINDS, "ConfigMap"],
    *check(object) {
        if (object.kind === "ConfigMap") {
            yield* configMapFaults(object);
        } else {
            yield* annotationFaults(object);
            for (const { path, value } of ingressRules(object).flatMap((rule) => rule.paths)) {
                if (FILE_PATH.test(value)) {
                    const at = `${path}.path`;
                    yield {
                        path: at,
                        message: `${at} is ${JSON.stringify(value)}, a path of the controller's own file system. Choose another.`,
                    };
                }
            }
        }
    },
    admission: {
        // The checker of expressions knows the fields of one kind only, so what differs by kind is read dynamically.
        expression: [
            "object.kind == 'ConfigMap'",
            "? !has(dyn(object).data) || !('allow-snippet-annotations' in dyn(object).data) || dyn(object).data['allow-snippet-annotations'] != 'true'",
            `: (!has(object.metadata.annotations) || !object.metadata.annotations.exists(k, k.matches(${pattern(OTHER_SNIPPET)})`,
            `|| (k.matches(${pattern(PREFIX)}) &&`,
            `(k.matches(${pattern(SNIPPET)}) || object.metadata.annotations[k].matches(${pattern(DIRECTIVE)})))))`,
            "&& (!has(dyn(object).spec.rules) || !dyn(object).spec.rules.exists(rule, has(rule.http)",
            `&& rule.http.paths.exists(route, has(route.path) && route.path.matches(${pattern(FILE_PATH)}))))`,
        ].join(" "),
    },
});

function* annotationFaults(ingress: KubeObject): Iterable<Fault> {
    for (const [name, value] of Object.entries(ingress.annotations)) {
        const path = child(`${ingress.prefix}metadata.annotations`, name);
        if ((PREFIX.test(name) && SNIPPET.test(name)) || OTHER_SNIPPET.test(name)) {
            yield { path, message: `${path} writes configuration into the controller. Remove it.` };
        } else if (PREFIX.test(name) && DIRECTIVE.test(str(value))) {
            yield { path, message: `${path} holds a directive of the controller's configuration. Remove it.` };
        }
    }
}

function* configMapFaults(configMap: KubeObject): Iterable<Fault> {
    const key = "allow-snippet-annotations";
    const path = `${configMap.prefix}data.${key}`;
    if (show(obj(configMap.body["data"])[key]) === "true") {
        yield { path, message: `${path} is "true", so every Ingress may write configuration. Set it to "false".` };
    }
}
