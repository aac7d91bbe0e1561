import type { Body, KubeObject } from "./kube";
import { list, obj, str } from "./kube";

/** Ingress of the Kubernetes API, in any of its groups and versions. */
export const INGRESS_KINDS = ["networking.k8s.io/Ingress", "extensions/Ingress"];

/** Says whether an object is an Ingress of the Kubernetes API; OpenShift and others have kinds of that name too. */
export function isIngress(object: KubeObject): boolean {
    return INGRESS_KINDS.includes(`${object.group}/${object.kind}`);
}

/** One rule of an Ingress. */
export interface IngressRule {
    /** E.g. `spec.rules[0]`. */
    readonly path: string;
    /** Empty: every host. */
    readonly host: string;
    readonly paths: readonly IngressPath[];
}

/** One path of a rule and where it goes. */
export interface IngressPath {
    /** E.g. `spec.rules[0].http.paths[0]`. */
    readonly path: string;
    /** The URL's path; `/` where none is given. */
    readonly value: string;
    readonly pathType: string;
    /** Name of the Service; empty where the backend is another resource. */
    readonly service: string;
}

/** The rules of an Ingress. */
export function ingressRules(ingress: KubeObject): readonly IngressRule[] {
    const spec = obj(ingress.body["spec"]);
    return list(spec["rules"]).map((rule, index) => {
        const path = `${ingress.prefix}spec.rules[${index}]`;
        return {
            path,
            host: str(obj(rule)["host"]),
            paths: list(obj(obj(rule)["http"])["paths"]).map((entry, at) => ({
                path: `${path}.http.paths[${at}]`,
                value: str(obj(entry)["path"]) || "/",
                pathType: str(obj(entry)["pathType"]),
                service: backendService(obj(obj(entry)["backend"])),
            })),
        };
    });
}

/** The Service of a backend, as v1 (`service.name`) and v1beta1 (`serviceName`) write it. */
function backendService(backend: Body): string {
    return str(obj(backend["service"])["name"]) || str(backend["serviceName"]);
}

/** The backend for what no rule matches, as v1 (`defaultBackend`) and v1beta1 (`backend`) write it, with its field. */
export function defaultBackend(ingress: KubeObject): { readonly field: string; readonly service: string } | undefined {
    const spec = obj(ingress.body["spec"]);
    const field = ["defaultBackend", "backend"].find((name) => spec[name] !== undefined && spec[name] !== null);
    return field === undefined ? undefined : { field, service: backendService(obj(spec[field])) };
}

/** Every Service an Ingress sends traffic to, in its own namespace. */
export function ingressServices(ingress: KubeObject): readonly string[] {
    const services = ingressRules(ingress).flatMap((rule) => rule.paths.map(({ service }) => service));
    return [...new Set([...services, defaultBackend(ingress)?.service ?? ""])].filter((name) => name !== "");
}

/** Says whether a host of `tls` covers the host of a rule: the same, or `*.` with one label in the star's place. */
export function coversHost(pattern: string, host: string): boolean {
    return (
        pattern.toLowerCase() === host.toLowerCase() ||
        (pattern.startsWith("*.") && host.slice(host.indexOf(".") + 1).toLowerCase() === pattern.slice(2).toLowerCase())
    );
}

const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

/** The class an Ingress names, by its field or by the older annotation; empty where it leaves that to the cluster. */
export function ingressClass(ingress: KubeObject): string {
    return str(obj(ingress.body["spec"])["ingressClassName"]) || str(ingress.annotations[CLASS_ANNOTATION]);
}

/** The same in Common Expression Language. */
export const INGRESS_CLASS = `object.spec.?ingressClassName.orValue(object.metadata.?annotations[?'${CLASS_ANNOTATION}'].orValue(''))`;

/** A controller whose load balancer has its certificate from elsewhere than a Secret. */
interface CertificateSource {
    /** The classes under which it is known. */
    readonly classes: readonly string[];
    /** Annotations of which one names the certificate. */
    readonly certificates: readonly string[];
    /** The annotation that lists listeners as JSON, where it may name plain HTTP too, and the one that redirects that. */
    readonly listeners?: readonly [listen: string, redirect: string];
}

/** From the annotation references of the AWS Load Balancer Controller, AGIC and GKE Ingress. */
const CERTIFICATE_SOURCES: readonly CertificateSource[] = [
    {
        classes: ["alb"],
        certificates: ["alb.ingress.kubernetes.io/certificate-arn"],
        listeners: ["alb.ingress.kubernetes.io/listen-ports", "alb.ingress.kubernetes.io/ssl-redirect"],
    },
    {
        classes: ["azure-application-gateway", "azure/application-gateway"],
        certificates: ["appgw.ingress.kubernetes.io/appgw-ssl-certificate"],
    },
    {
        classes: ["gce", "gce-internal"],
        certificates: ["networking.gke.io/managed-certificates", "ingress.gcp.kubernetes.io/pre-shared-cert"],
    },
];

const PLAIN = '"HTTP"';

/** Says whether the controller that an Ingress names serves it by TLS alone, with a certificate named by annotation. */
export function hasAnnotatedTls(ingress: KubeObject): boolean {
    const named = ingressClass(ingress);
    const annotation = (name: string): string => str(ingress.annotations[name]);
    return CERTIFICATE_SOURCES.some(
        ({ classes, certificates, listeners: [listen = "", redirect = ""] = [] }) =>
            classes.includes(named) &&
            certificates.some((name) => annotation(name) !== "") &&
            (!annotation(listen).includes(PLAIN) || annotation(redirect) !== ""),
    );
}

/** The same in Common Expression Language. */
export function annotatedTlsExpression(): string {
    const annotation = (name: string): string => `object.metadata.?annotations[?'${name}'].orValue('')`;
    const clauses = CERTIFICATE_SOURCES.map(({ classes, certificates, listeners }) =>
        [
            `${INGRESS_CLASS} in [${classes.map((name) => `'${name}'`).join(", ")}]`,
            `(${certificates.map((name) => `${annotation(name)} != ''`).join(" || ")})`,
            ...(listeners === undefined
                ? []
                : [`(!${annotation(listeners[0])}.contains('${PLAIN}') || ${annotation(listeners[1])} != '')`]),
        ].join(" && "),
    );
    return `(${clauses.map((clause) => `(${clause})`).join(" ||\n ")})`;
}
