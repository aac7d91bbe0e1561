import { referencesExist } from "../../../../policies/controls/resources/references-exist";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

function named(kind: string, name: string, more: Manifest = {}, apiVersion = "v1"): Manifest {
    return { apiVersion, kind, metadata: { name, namespace: "shop" }, ...more };
}

function pod(spec: Manifest): Manifest {
    return named("Pod", "web", { spec: { containers: [{ name: "web" }], ...spec } });
}

function ingress(service: Manifest): Manifest {
    return named("Ingress", "web", { spec: { defaultBackend: { service } } }, "networking.k8s.io/v1");
}

function route(backendRefs: readonly Manifest[]): Manifest {
    return named("HTTPRoute", "web", { spec: { rules: [{ backendRefs }] } }, "gateway.networking.k8s.io/v1");
}

/** A Service of the namespace till. */
const api = {
    ...named("Service", "api", { spec: { ports: [{ port: 80 }] } }),
    metadata: { name: "api", namespace: "till" },
};
const TO_API = [{ name: "api", namespace: "till", port: 80 }];
function grant(from: Manifest = {}, to: Manifest = {}, namespace = "till"): Manifest {
    return {
        apiVersion: "gateway.networking.k8s.io/v1beta1",
        kind: "ReferenceGrant",
        metadata: { name: "grant", namespace },
        spec: {
            from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "shop", ...from }],
            to: [{ group: "", kind: "Service", ...to }],
        },
    };
}
const ungranted =
    'spec.rules[0].backendRefs[0].name is "api", a Service of namespace "till", in which no ReferenceGrant lets a HTTPRoute of "shop" refer to it. Add one.';

describeControl(referencesExist, {
    refused: {
        "a ConfigMap that does not exist": {
            stack: [
                pod({ containers: [{ name: "web", envFrom: [{ configMapRef: { name: "settnigs" } }] }] }),
                named("ConfigMap", "settings"),
            ],
            message:
                'spec.containers[0].envFrom[0].configMapRef.name is "settnigs", and the stack has no ConfigMap of this name (container "web"). Name one that exists.',
        },
        "a Secret that does not exist": {
            stack: [
                pod({
                    containers: [
                        { name: "web", env: [{ name: "A", valueFrom: { secretKeyRef: { name: "keys", key: "a" } } }] },
                    ],
                }),
                named("Secret", "other"),
            ],
            message:
                'spec.containers[0].env[0].valueFrom.secretKeyRef.name is "keys", and the stack has no Secret of this name (container "web"). Name one that exists.',
        },
        "a key that a ConfigMap does not have": {
            stack: [
                pod({
                    containers: [
                        { name: "web", env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "c", key: "a" } } }] },
                    ],
                }),
                named("ConfigMap", "c", { data: { b: "1" } }),
            ],
            message:
                'spec.containers[0].env[0].valueFrom.configMapKeyRef.name is "c", and this ConfigMap has no key "a" (container "web"). Name one that exists.',
        },
        "a claim that does not exist": {
            stack: [
                pod({ volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] }),
                named("PersistentVolumeClaim", "other"),
            ],
            message:
                'spec.volumes[0].persistentVolumeClaim.claimName is "data", and the stack has no PersistentVolumeClaim of this name. Name one that exists.',
        },
        "a Service that does not exist, in each form of an Ingress": {
            stack: [
                named(
                    "Ingress",
                    "web",
                    {
                        spec: {
                            defaultBackend: { service: { name: "a", port: { number: 80 } } },
                            rules: [{ http: { paths: [{ backend: { serviceName: "b", servicePort: 80 } }] } }],
                        },
                    },
                    "networking.k8s.io/v1",
                ),
                named("Service", "web"),
            ],
            message: [
                'spec.defaultBackend.service.name is "a", and the stack has no Service of this name. Name one that exists.',
                'spec.rules[0].http.paths[0].backend.serviceName is "b", and the stack has no Service of this name. Name one that exists.',
            ],
        },
        "an Ingress that comes without its Service": {
            object: ingress({ name: "web", port: { number: 80 } }),
            message:
                'spec.defaultBackend.service.name is "web", and the stack has no Service of this name. Name one that exists.',
        },
        "a port that a Service does not have": {
            stack: [
                ingress({ name: "web", port: { number: 8080 } }),
                named("Service", "web", { spec: { ports: [{ name: "http", port: 80, targetPort: 8080 }] } }),
            ],
            message:
                'spec.defaultBackend.service.name is "web", and this Service has no port 8080. Name one that exists.',
        },
        "a route to a Service that does not exist": {
            stack: [route([{ name: "wbe", port: 80 }]), named("Service", "web")],
            message:
                'spec.rules[0].backendRefs[0].name is "wbe", and the stack has no Service of this name. Name one that exists.',
        },
        "a mirror to a Service that does not exist": {
            stack: [
                named(
                    "HTTPRoute",
                    "web",
                    {
                        spec: {
                            rules: [
                                {
                                    backendRefs: [
                                        { name: "web", filters: [{ requestMirror: { backendRef: { name: "a" } } }] },
                                    ],
                                    filters: [{ type: "RequestMirror", requestMirror: { backendRef: { name: "b" } } }],
                                },
                            ],
                        },
                    },
                    "gateway.networking.k8s.io/v1",
                ),
                named("Service", "web"),
            ],
            message: [
                'spec.rules[0].backendRefs[0].filters[0].requestMirror.backendRef.name is "a", and the stack has no Service of this name. Name one that exists.',
                'spec.rules[0].filters[0].requestMirror.backendRef.name is "b", and the stack has no Service of this name. Name one that exists.',
            ],
        },
        "a Service of another namespace that nobody grants": { stack: [route(TO_API), api], message: ungranted },
        "a Service of another namespace that is granted to others, there or elsewhere": {
            stack: [
                route(TO_API),
                api,
                grant({ namespace: "till" }),
                grant({ kind: "GRPCRoute" }),
                grant({}, { name: "db" }),
                grant({}, {}, "shop"),
            ],
            message: ungranted,
        },
        "a Service that another namespace of the stack does not have": {
            stack: [
                route([{ name: "ipa", namespace: "till", port: 80 }]),
                { apiVersion: "v1", kind: "Namespace", metadata: { name: "till" } },
            ],
            message:
                'spec.rules[0].backendRefs[0].name is "ipa", and the stack has no Service of this name in namespace "till". Name one that exists.',
        },
        "a port that a Service of another namespace does not have": {
            stack: [route([{ ...TO_API[0], port: 81 }]), api, grant()],
            message:
                'spec.rules[0].backendRefs[0].name is "api", and this Service of namespace "till" has no port 81. Name one that exists.',
        },
    },
    allowed: {
        "a Service of another namespace that is granted": { stack: [route(TO_API), api, grant()] },
        "a Service of another namespace that is granted by name": {
            stack: [route(TO_API), api, grant({}, { name: "api" })],
        },
        "an action of the AWS Load Balancer Controller, in each form": {
            stack: [
                ingress({ name: "ssl-redirect", port: { name: "use-annotation" } }),
                named(
                    "Ingress",
                    "old",
                    { spec: { backend: { serviceName: "ssl-redirect", servicePort: "use-annotation" } } },
                    "extensions/v1beta1",
                ),
                named("Service", "web"),
            ],
        },
        "a route to what exists, to another namespace, and to what is no Service": {
            stack: [
                route([
                    { name: "web", port: 80 },
                    { name: "wbe", namespace: "till", port: 80 },
                    { name: "wbe", group: "example.org", kind: "Bucket" },
                ]),
                named("Service", "web", { spec: { ports: [{ port: 80 }] } }),
            ],
        },
        "a port of a Service by its name": {
            stack: [
                ingress({ name: "web", port: { name: "http" } }),
                named("Service", "web", { spec: { ports: [{ name: "http", port: 80 }] } }),
            ],
        },
        "a Service that states no ports": {
            stack: [ingress({ name: "web", port: { number: 80 } }), named("Service", "web")],
        },
        "what exists": {
            stack: [
                pod({
                    volumes: [
                        { name: "a", configMap: { name: "settings" } },
                        { name: "b", secret: { secretName: "keys" } },
                    ],
                }),
                named("ConfigMap", "settings"),
                named("Secret", "keys"),
            ],
        },
        "a key of a Secret that somebody else fills": {
            stack: [
                pod({
                    containers: [
                        { name: "web", env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "a" } } }] },
                    ],
                }),
                named("Secret", "s"),
            ],
        },
        "what is optional": {
            stack: [
                pod({ volumes: [{ name: "a", configMap: { name: "x", optional: true } }] }),
                named("ConfigMap", "y"),
            ],
        },
        "what comes from elsewhere: the stack has none of the kind": {
            stack: [pod({ volumes: [{ name: "a", configMap: { name: "x" } }] })],
        },
        "what every namespace has": {
            stack: [
                pod({ volumes: [{ name: "a", configMap: { name: "kube-root-ca.crt" } }] }),
                named("ConfigMap", "y"),
            ],
        },
        "Secrets that operators make": {
            stack: [
                pod({
                    volumes: ["external", "named", "tls", "sealed"].map((name) => ({
                        name,
                        secret: { secretName: name },
                    })),
                }),
                named("Secret", "other"),
                named("ExternalSecret", "external", {}, "external-secrets.io/v1"),
                named("ExternalSecret", "x", { spec: { target: { name: "named" } } }, "external-secrets.io/v1"),
                named("Certificate", "y", { spec: { secretName: "tls" } }, "cert-manager.io/v1"),
                named("SealedSecret", "sealed", {}, "bitnami.com/v1alpha1"),
            ],
        },
    },
});
