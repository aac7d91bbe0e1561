import { createHash } from "node:crypto";

import type * as k8s from "@pulumi/kubernetes";

type Volume = k8s.types.input.core.v1.Volume;
type Probe = k8s.types.input.core.v1.Probe;

/** What every object of the installation is labelled with. */
export function labelsOf(name: string, version: string): Record<string, string> {
    return {
        ...selectorOf(name),
        "app.kubernetes.io/version": version,
        "app.kubernetes.io/part-of": "spire",
    };
}

/** Labels that select the pods of one part; part of immutable selectors. */
export function selectorOf(name: string): Record<string, string> {
    return { "app.kubernetes.io/name": name };
}

/** SPIRE reads its configuration once, at its start: a changed checksum makes new pods. */
export function checksum(...texts: readonly string[]): Record<string, string> {
    const hash = createHash("sha256").update(texts.join("\u0000")).digest("hex");
    return { "x0tta6bl4.io/config-checksum": hash };
}

/** Where client libraries look for the API server's credentials. */
export const API_ACCESS_DIR = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Lifetime of the API token; the kubelet renews it at four fifths. */
const API_TOKEN_SECONDS = 3600;

/**
 * Access to the API server for the containers that mount it, and for no other of the pod: a short-lived token instead of
 * the one the ServiceAccount would mount everywhere.
 */
export function apiAccess(name: string): Volume {
    return {
        name,
        projected: {
            defaultMode: 0o440,
            sources: [
                { serviceAccountToken: { path: "token", expirationSeconds: API_TOKEN_SECONDS } },
                { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
                {
                    downwardAPI: {
                        items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
                    },
                },
            ],
        },
    };
}

/** Probes of a process with SPIRE's health listener. The listener is down until attestation is over: start-up may take minutes. */
export function healthProbes(port: string): {
    readonly startupProbe: Probe;
    readonly livenessProbe: Probe;
    readonly readinessProbe: Probe;
} {
    return {
        startupProbe: { httpGet: { path: "/ready", port }, periodSeconds: 5, failureThreshold: 60 },
        livenessProbe: { httpGet: { path: "/live", port }, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 4 },
        readinessProbe: { httpGet: { path: "/ready", port }, periodSeconds: 10, timeoutSeconds: 5 },
    };
}

/** A directory of the node's memory or disk that goes with the pod. */
export function scratch(name: string, sizeLimit: string): Volume {
    return { name, emptyDir: { sizeLimit } };
}

/** Requests and limits of a container. */
export function resources(
    requests: { readonly cpu: string; readonly memory: string },
    limits: { readonly cpu: string; readonly memory: string },
): k8s.types.input.core.v1.ResourceRequirements {
    return {
        requests: { ...requests, "ephemeral-storage": "64Mi" },
        limits: { ...limits, "ephemeral-storage": "256Mi" },
    };
}
