import { IMAGE } from "./cases";
import type { Manifest } from "./controls";

/** A node, which only a listing of a whole cluster holds. */
export const NODE: Manifest = { apiVersion: "v1", kind: "Node", metadata: { name: "node-1" } };

/** A Namespace with some labels. */
export function namespace(name = "shop", labels: Manifest = {}, annotations: Manifest = {}): Manifest {
    return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels, annotations } };
}

/** A Pod with labels and, beside its one container, further fields of its spec. */
export function pod(labels: Manifest = { app: "web" }, spec: Manifest = {}, metadata: Manifest = {}): Manifest {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "web", namespace: "shop", labels, ...metadata },
        spec: { containers: [{ name: "web", image: IMAGE }], ...spec },
    };
}

/** A NetworkPolicy. */
export function networkPolicy(spec: Manifest, metadata: Manifest = {}): Manifest {
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "rules", namespace: "shop", ...metadata },
        spec,
    };
}

/** A Service that selects `app: web`. */
export function service(spec: Manifest = {}, metadata: Manifest = {}): Manifest {
    return {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: "shop", ...metadata },
        spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
    };
}

/** An Ingress of one rule to the Service `web`. */
export function ingress(spec: Manifest = {}, metadata: Manifest = {}): Manifest {
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { name: "web", namespace: "shop", ...metadata },
        spec: {
            ingressClassName: "nginx",
            tls: [{ hosts: ["shop.example.org"], secretName: "web-tls" }],
            rules: [ingressRule("shop.example.org")],
            ...spec,
        },
    };
}

/** One rule of an Ingress: everything below a path of a host goes to a Service. */
export function ingressRule(host: string | undefined, path = "/", backend = "web"): Manifest {
    return {
        ...(host !== undefined && { host }),
        http: { paths: [{ path, pathType: "Prefix", backend: { service: { name: backend, port: { number: 80 } } } }] },
    };
}

/** A ServiceAccount. */
export function serviceAccount(name: string, fields: Manifest = {}, namespaceName = "shop"): Manifest {
    return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: namespaceName }, ...fields };
}

/** A ConfigMap. */
export function configMap(data: Manifest, metadata: Manifest = {}): Manifest {
    return {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "settings", namespace: "shop", ...metadata },
        data,
    };
}
