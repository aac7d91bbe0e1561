import { isObj, list, obj, str } from "../../policies/kubernetes/kube";
import { fieldsOf, builtInKind, type Form } from "../../policies/kubernetes/api";
import { podCarrier } from "../../policies/kubernetes/kinds";
import type { Manifest } from "./controls";

/**
 * What admission is shown of a manifest: the API server has decoded it into the types of its kind and filled in defaults.
 * Only those defaults are here that an expression reads: SetDefaults_Pod, SetDefaults_Container, SetDefaults_ServicePort and
 * SetDefaults_NetworkPolicy of Kubernetes, and the older name of a pod's service account. Objects of custom resources come as
 * they are written.
 */
export function asAdmitted(manifest: Manifest): Manifest {
    const version = str(manifest["apiVersion"]);
    const kind = str(manifest["kind"]);
    const type = builtInKind(version, kind)?.[0];
    if (type === undefined) {
        return manifest;
    }
    const decoded = { ...obj(encoded(String(type), manifest)), apiVersion: version, kind } as Manifest;
    const steps = podCarrier(version.includes("/") ? version.replace(/\/.*/, "") : "", kind)?.places[0]?.at;
    if (steps !== undefined) {
        return at(decoded, [...steps, "spec"], (spec) => podDefaults(spec, kind === "Pod"));
    }
    switch (kind) {
        case "Service":
            return at(decoded, ["spec"], (spec) => ({ ...spec, ports: list(spec["ports"]).map(withProtocol) }));
        case "NetworkPolicy":
            return at(decoded, ["spec"], policyDefaults);
        default:
            return decoded;
    }
}

/** A value as its type writes it: a quantity is a text, and null is left out, but for a quantity in a map, which is 0 then. */
function encoded(form: Form, value: unknown): unknown {
    const code = form.charAt(0);
    const inner = form.slice(1);
    if (code === "*" && Array.isArray(value)) {
        return value.map((item) => encoded(inner, item));
    }
    if (isObj(value)) {
        const fields = /^\d/.test(code) ? fieldsOf(Number(form)) : undefined;
        const read = (item: unknown): unknown => (form === "%q" ? (item ?? "0") : (item ?? undefined));
        const set = Object.entries(value)
            .map(([key, item]) => [key, read(item)] as const)
            .filter(([, item]) => item !== undefined);
        return Object.fromEntries(
            set.map(([key, item]) => [key, encoded(code === "%" ? inner : (fields?.get(key)?.form ?? "x"), item)]),
        );
    }
    return code === "q" && typeof value === "number" ? String(value) : value;
}

function at(manifest: Manifest, [step, ...rest]: readonly string[], change: (found: Manifest) => Manifest): Manifest {
    if (step === undefined) {
        return change(manifest);
    }
    const next = manifest[step];
    return isObj(next) ? { ...manifest, [step]: at(next, rest, change) } : manifest;
}

function podDefaults(spec: Manifest, isPod: boolean): Manifest {
    const account = str(spec["serviceAccountName"]) || str(spec["serviceAccount"]) || (isPod ? "default" : "");
    const security = obj(spec["securityContext"]);
    const sysctls = list(security["sysctls"]).map((sysctl) => ({ value: "", ...obj(sysctl) }));
    const containers = ["initContainers", "containers", "ephemeralContainers"]
        .filter((field) => Array.isArray(spec[field]))
        .map((field): [string, unknown] => [
            field,
            list(spec[field]).map((container) => containerDefaults(obj(container), isPod)),
        ]);
    return {
        ...spec,
        ...Object.fromEntries(containers),
        ...(isPod && withRequests(spec)),
        ...(account !== "" && { serviceAccountName: account }),
        securityContext: { ...security, ...(sysctls.length > 0 && { sysctls }) },
    };
}

function containerDefaults(container: Manifest, isPod: boolean): Manifest {
    const image = str(container["image"]);
    const tag = /:([^:/@]+)(?:@|$)/.exec(image)?.[1] ?? (image.includes("@") ? "" : "latest");
    return {
        imagePullPolicy: tag === "latest" ? "Always" : "IfNotPresent",
        ...container,
        ...(Array.isArray(container["ports"]) && { ports: container["ports"].map(withProtocol) }),
        ...(isPod && withRequests(container)),
    };
}

/** Limits stand for requests, of a container and of a pod. Those of a template are filled in where its pods are made. */
function withRequests({ resources }: Manifest): Manifest {
    const { requests, limits } = obj(resources);
    return isObj(limits) ? { resources: { ...obj(resources), requests: { ...limits, ...obj(requests) } } } : {};
}

function policyDefaults(spec: Manifest): Manifest {
    const rules = (field: string) => ({
        ...(Array.isArray(spec[field]) && {
            [field]: spec[field].map((rule) => ({
                ...obj(rule),
                ...(Array.isArray(obj(rule)["ports"]) && { ports: list(obj(rule)["ports"]).map(withProtocol) }),
            })),
        }),
    });
    const written = list(spec["policyTypes"]);
    const types = ["Ingress", ...(list(spec["egress"]).length > 0 ? ["Egress"] : [])];
    return { ...spec, ...rules("ingress"), ...rules("egress"), policyTypes: written.length > 0 ? written : types };
}

function withProtocol(port: unknown): Manifest {
    return { ...obj(port), protocol: str(obj(port)["protocol"]) || "TCP" };
}
