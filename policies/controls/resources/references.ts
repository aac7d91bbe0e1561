import type { KubeObject } from "../../kubernetes/kube";
import { isObj, list, obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { ifKnown } from "../../kubernetes/unknown";

/** A place where one object names another. */
export interface Reference {
    readonly path: string;
    readonly kind: "ConfigMap" | "Secret" | "PersistentVolumeClaim" | "Service";
    readonly name: string;
    readonly container?: string;
    /** The one key of it that is needed. */
    readonly key?: string;
    /** The namespace of a Service, where it is another one. */
    readonly namespace?: string;
    /** The port of a Service that is needed, by number or name. */
    readonly port?: string | number;
}

/** The ConfigMaps, Secrets and claims that a pod can't start without. */
export function podReferences(pod: PodView): readonly Reference[] {
    return [...volumeReferences(pod), ...environmentReferences(pod)].filter(({ name }) => name !== "");
}

function volumeReferences(pod: PodView): readonly Reference[] {
    return list(pod.spec["volumes"]).flatMap((entry, index): readonly Reference[] => {
        const path = `${pod.prefix}volumes[${index}]`;
        const { configMap, secret, persistentVolumeClaim } = obj(entry);
        return [
            ...required(configMap, "name", "ConfigMap", `${path}.configMap`),
            ...required(secret, "secretName", "Secret", `${path}.secret`),
            ...required(persistentVolumeClaim, "claimName", "PersistentVolumeClaim", `${path}.persistentVolumeClaim`),
        ];
    });
}

function environmentReferences(pod: PodView): readonly Reference[] {
    return pod.containers.flatMap(({ name, path, body }): readonly Reference[] => {
        const single = list(body["env"]).flatMap((variable, index) => {
            const from = obj(obj(variable)["valueFrom"]);
            const at = `${path}.env[${index}].valueFrom`;
            return [
                ...required(from["configMapKeyRef"], "name", "ConfigMap", `${at}.configMapKeyRef`, name),
                ...required(from["secretKeyRef"], "name", "Secret", `${at}.secretKeyRef`, name),
            ];
        });
        const whole = list(body["envFrom"]).flatMap((source, index) => {
            const at = `${path}.envFrom[${index}]`;
            return [
                ...required(obj(source)["configMapRef"], "name", "ConfigMap", `${at}.configMapRef`, name),
                ...required(obj(source)["secretRef"], "name", "Secret", `${at}.secretRef`, name),
            ];
        });
        return [...single, ...whole];
    });
}

function required(
    source: unknown,
    field: string,
    kind: Reference["kind"],
    at: string,
    container?: string,
): readonly Reference[] {
    if (!isObj(source) || source["optional"] === true) {
        return [];
    }
    const key = str(source["key"]);
    return [
        {
            path: `${at}.${field}`,
            kind,
            name: str(source[field]),
            ...(container !== undefined && { container }),
            ...(key !== "" && { key }),
        },
    ];
}

/** The Services that an Ingress sends requests to, in networking.k8s.io/v1 and its beta forms. */
export function ingressReferences(ingress: KubeObject): readonly Reference[] {
    const spec = obj(ingress.body["spec"]);
    const at = `${ingress.prefix}spec`;
    const rules = list(spec["rules"]).flatMap((rule, index) =>
        list(obj(obj(rule)["http"])["paths"]).flatMap((path, entry) =>
            backend(obj(path)["backend"], `${at}.rules[${index}].http.paths[${entry}].backend`),
        ),
    );
    return [
        ...backend(spec["defaultBackend"], `${at}.defaultBackend`),
        ...backend(spec["backend"], `${at}.backend`),
        ...rules,
    ];
}

const USE_ANNOTATION = "use-annotation";

function backend(value: unknown, at: string): readonly Reference[] {
    const { service, serviceName, servicePort } = obj(value);
    // The AWS Load Balancer Controller's word for an action of an annotation, which is no Service of that name.
    if (servicePort === USE_ANNOTATION || obj(obj(service)["port"])["name"] === USE_ANNOTATION) {
        return [];
    }
    if (typeof serviceName === "string") {
        return [{ path: `${at}.serviceName`, kind: "Service", name: serviceName, ...portOf(servicePort) }];
    }
    if (!isObj(service)) {
        return [];
    }
    const { number, name } = obj(service["port"]) as { number?: unknown; name?: unknown };
    return [{ path: `${at}.service.name`, kind: "Service", name: str(service["name"]), ...portOf(number ?? name) }];
}

/** The kinds of routes of the Gateway API. */
export const ROUTE_KINDS: readonly string[] = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"];

/**
 * The Services that a route of the Gateway API sends requests to, those that it mirrors them to included. Of one in another
 * namespace it says so.
 */
export function routeReferences(route: KubeObject): readonly Reference[] {
    const home = namespaceOf(route);
    const referred = (value: unknown, path: string): readonly Reference[] => {
        const { group, kind, name, namespace, port } = obj(value);
        const isService = str(group) === "" && (str(kind) || "Service") === "Service";
        const other = str(namespace) || home;
        return isService && str(name) !== ""
            ? [
                  {
                      path: `${path}.name`,
                      kind: "Service",
                      name: str(name),
                      ...portOf(port),
                      ...(other !== home && { namespace: other }),
                  },
              ]
            : [];
    };
    const mirrored = (filters: unknown, path: string): readonly Reference[] =>
        list(filters).flatMap((filter, index) =>
            referred(
                obj(obj(filter)["requestMirror"])["backendRef"],
                `${path}.filters[${index}].requestMirror.backendRef`,
            ),
        );
    return list(obj(route.body["spec"])["rules"]).flatMap((rule, index) => {
        const at = `${route.prefix}spec.rules[${index}]`;
        const backends = list(obj(rule)["backendRefs"]).flatMap((entry, number) => [
            ...referred(entry, `${at}.backendRefs[${number}]`),
            ...mirrored(obj(entry)["filters"], `${at}.backendRefs[${number}]`),
        ]);
        return [...backends, ...mirrored(obj(rule)["filters"], at)];
    });
}

/** Says whether a ReferenceGrant of the other namespace lets a route refer to a Service there. */
export function isGranted(stack: Stack, route: KubeObject, { kind, name, namespace }: Reference): boolean {
    return stack.ofKind("ReferenceGrant").some((grant) => {
        const { from, to } = obj(grant.body["spec"]);
        return (
            namespaceOf(grant) === namespace &&
            list(from)
                .map(obj)
                .some(
                    (one) =>
                        one["group"] === route.group &&
                        one["kind"] === route.kind &&
                        one["namespace"] === namespaceOf(route),
                ) &&
            list(to)
                .map(obj)
                .some((one) => str(one["group"]) === "" && one["kind"] === kind && (str(one["name"]) || name) === name)
        );
    });
}

function portOf(port: unknown): { readonly port?: string | number } {
    return typeof port === "number" || (typeof port === "string" && port !== "") ? { port } : {};
}

/** What every namespace holds without anybody's doing. */
const GIVEN: readonly string[] = ["kube-root-ca.crt", "kubernetes"];

/**
 * Says whether a reference leads nowhere: the stack has other objects of the kind in the namespace, and none of this name,
 * nor anything that will make one. Where it has none of the kind at all, they come from elsewhere; but nobody writes an Ingress
 * apart from its Service.
 */
export function isDangling(stack: Stack, namespace: string, { kind, name }: Reference): boolean {
    const known = stack.memo(namesByPlace).get(`${kind} ${namespace}`);
    return known === undefined ? kind === "Service" : !known.has(name) && !GIVEN.includes(name);
}

/** Says whether a reference leads to an object of the stack that lacks the key it needs. */
export function isKeyMissing(stack: Stack, namespace: string, { kind, name, key }: Reference): boolean {
    const object = key === undefined ? undefined : stack.find(kind, namespace, name);
    if (key === undefined || object === undefined || object.patch) {
        return false;
    }
    const fields = ["data", "binaryData", "stringData"].map((field) => obj(object.body[field]));
    // An object without any content is filled by somebody else.
    const filled = fields.some((field) => Object.keys(field).length > 0);
    return filled && !fields.some((field) => Object.hasOwn(field, key));
}

/** Says whether a reference leads to a Service of the stack that doesn't have the port. */
export function isPortMissing(stack: Stack, namespace: string, { kind, name, port }: Reference): boolean {
    const service = port === undefined || kind !== "Service" ? undefined : stack.find(kind, namespace, name);
    const ports = list(obj(service?.body["spec"])["ports"]).map(obj);
    return (
        service?.patch === false &&
        ports.length > 0 &&
        !ports.some((one) => one["port"] === port || one["name"] === port)
    );
}

function namesByPlace(stack: Stack): ReadonlyMap<string, ReadonlySet<string>> {
    const places = new Map<string, Set<string>>();
    for (const kind of ["ConfigMap", "Secret", "PersistentVolumeClaim", "Service"]) {
        for (const object of stack.ofKind(kind).filter(({ group }) => group === "")) {
            const place = `${kind} ${namespaceOf(object)}`;
            places.set(place, (places.get(place) ?? new Set()).add(object.name));
        }
    }
    // What operators make of their own resources only adds names: it doesn't show that the stack brings all of its Secrets.
    for (const object of stack.objects) {
        const made = ifKnown(() => madeSecret(object));
        if (made !== undefined) {
            places.get(`Secret ${namespaceOf(object)}`)?.add(made);
        }
    }
    return places;
}

/** The Secret that an operator makes of an object, by the object's own settings. */
function madeSecret(object: KubeObject): string | undefined {
    const spec = obj(object.body["spec"]);
    switch (object.kind) {
        case "ExternalSecret":
            return str(obj(spec["target"])["name"]) || object.name;
        case "Certificate":
            return str(spec["secretName"]) || undefined;
        case "SealedSecret":
            return object.name;
        default:
            return undefined;
    }
}
