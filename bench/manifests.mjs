// Writes Kubernetes manifests for the benchmark: the same bytes for the same count, every time.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Objects of one namespace: a few workloads, each with its Service, and what surrounds them. */
const PER_NAMESPACE = 20;
/** Files in one folder, so that no folder grows without bound. */
const PER_FOLDER = 1_000;

/** Every fourth workload leaves its security to chance, as in real life; the others state it. */
function workload(index, namespace) {
    const name = `app-${index}`;
    const hardened = index % 4 !== 0;
    return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: shop
spec:
  replicas: ${1 + (index % 3)}
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
        app.kubernetes.io/part-of: shop
    spec:
${
    hardened
        ? `      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        runAsGroup: 10001
        fsGroup: 10001
        seccompProfile:
          type: RuntimeDefault
`
        : ""
}      containers:
        - name: main
          image: registry.example.org/shop/${name}:1.${index % 50}.0
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
${
    hardened
        ? `          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          resources:
            requests: { cpu: 100m, memory: 128Mi }
            limits: { cpu: "1", memory: 256Mi }
          livenessProbe:
            httpGet: { path: /live, port: http }
          readinessProbe:
            httpGet: { path: /ready, port: http }
`
        : ""
}`;
}

function service(index, namespace) {
    return `apiVersion: v1
kind: Service
metadata:
  name: app-${index}
  namespace: ${namespace}
spec:
  selector:
    app.kubernetes.io/name: app-${index}
  ports:
    - name: http
      port: 80
      targetPort: http
`;
}

function surroundings(slot, namespace) {
    const head = (apiVersion, kind, name, inNamespace = true) =>
        `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${inNamespace ? `  namespace: ${namespace}\n` : ""}`;
    switch (slot) {
        case 0:
            return `${head("v1", "Namespace", namespace, false)}  labels:\n    pod-security.kubernetes.io/enforce: restricted\n`;
        case 1:
            return `${head("networking.k8s.io/v1", "NetworkPolicy", "default-deny")}spec:\n  podSelector: {}\n  policyTypes: [Ingress, Egress]\n`;
        case 2:
            return `${head("rbac.authorization.k8s.io/v1", "Role", "reader")}rules:\n  - apiGroups: [""]\n    resources: [pods]\n    verbs: [get, list]\n`;
        default:
            return `${head("v1", "ConfigMap", "settings")}data:\n  mode: production\n`;
    }
}

function object(index) {
    const namespace = `team-${Math.floor(index / PER_NAMESPACE)}`;
    const slot = index % PER_NAMESPACE;
    if (slot < 4) {
        return surroundings(slot, namespace);
    }
    return slot % 2 === 0 ? workload(index, namespace) : service(index - 1, namespace);
}

/** Writes `count` objects, one a file, into a fresh folder. */
export function writeManifests(folder, count) {
    rmSync(folder, { recursive: true, force: true });
    for (let index = 0; index < count; index++) {
        const below = join(folder, String(Math.floor(index / PER_FOLDER)).padStart(3, "0"));
        if (index % PER_FOLDER === 0) {
            mkdirSync(below, { recursive: true });
        }
        writeFileSync(join(below, `${String(index).padStart(6, "0")}.yaml`), object(index));
    }
}
