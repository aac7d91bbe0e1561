import { load, loadAll } from "js-yaml";

import type { Manifest } from "./controls";

function manifests(text: string): readonly Manifest[] {
    return loadAll(text) as readonly Manifest[];
}

/** A pod template that states everything a control may read. */
const TEMPLATE = load(`
metadata:
  labels: { app: web, version: "1" }
  annotations: { sidecar.istio.io/inject: "true", container.apparmor.security.beta.kubernetes.io/web: runtime/default }
spec:
  serviceAccountName: web
  automountServiceAccountToken: false
  hostUsers: false
  priorityClassName: high
  dnsConfig: { options: [{ name: ndots, value: "2" }] }
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    supplementalGroups: [10002]
    seccompProfile: { type: RuntimeDefault }
    sysctls: [{ name: net.ipv4.ip_unprivileged_port_start, value: "0" }]
  initContainers:
    - { name: init, image: "registry.example.org/init:1.0", command: [sh, -c, "echo ready"] }
    - { name: proxy, image: "registry.example.org/proxy:1.0", restartPolicy: Always }
  containers:
    - name: web
      image: registry.example.org/web@sha256:${"0".repeat(64)}
      imagePullPolicy: Always
      command: [/web]
      args: ["--port", "8080"]
      ports: [{ name: http, containerPort: 8080 }]
      env:
        - { name: MODE, value: production }
        - { name: PASSWORD, valueFrom: { secretKeyRef: { name: db, key: password } } }
      envFrom: [{ configMapRef: { name: settings } }]
      resources:
        requests: { cpu: 100m, memory: 64Mi, ephemeral-storage: 1Gi }
        limits: { cpu: "1", memory: 64Mi, ephemeral-storage: 1Gi }
      livenessProbe: { httpGet: { path: /live, port: http } }
      readinessProbe: { exec: { command: [cat, /tmp/ready] } }
      securityContext:
        privileged: false
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        procMount: Default
        capabilities: { drop: [ALL], add: [NET_BIND_SERVICE] }
        seLinuxOptions: { level: "s0:c1,c2" }
      volumeMounts: [{ name: tmp, mountPath: /tmp }, { name: identity, mountPath: /identity, readOnly: true }]
  volumes:
    - { name: tmp, emptyDir: { sizeLimit: 1Gi } }
    - { name: identity, csi: { driver: csi.spiffe.io, readOnly: true } }
    - name: token
      projected: { sources: [{ serviceAccountToken: { path: token, audience: vault, expirationSeconds: 3600 } }] }
  topologySpreadConstraints:
    - { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: web } } }
`) as Manifest;

/** Sound manifests to change at random, by what they are about. Written for these tests. */
export const SAMPLES: Readonly<Record<string, readonly Manifest[]>> = {
    "a Deployment and what belongs to it": [
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
            spec: { replicas: 3, selector: { matchLabels: { app: "web" } }, template: TEMPLATE },
        },
        ...manifests(`
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: ClusterIP, selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web, namespace: shop }
spec: { minAvailable: 2, selector: { matchLabels: { app: web } } }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec: { minReplicas: 2, maxReplicas: 5, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web } }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop, annotations: { kubernetes.io/ingress.class: nginx } }
spec:
  ingressClassName: nginx
  tls: [{ hosts: [shop.example.org], secretName: tls }]
  rules:
    - host: shop.example.org
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { name: http } } } }] }
`),
    ],
    "a CronJob": [
        {
            apiVersion: "batch/v1",
            kind: "CronJob",
            metadata: { name: "report", namespace: "shop" },
            spec: { schedule: "0 3 * * *", jobTemplate: { spec: { backoffLimit: 2, template: TEMPLATE } } },
        },
    ],
    "a namespace with its policies and rights": manifests(`
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: restricted, owner: shop } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchExpressions: [{ key: app, operator: In, values: [web] }] }
  policyTypes: [Ingress, Egress]
  ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: edge } } }], ports: [{ port: 8080, endPort: 8090 }] }]
  egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }] }]
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop }
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: reader, labels: { rbac.example.org/aggregate: "true" } }
rules: [{ apiGroups: ["", apps], resources: [pods, deployments], verbs: [get, list], resourceNames: [web] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: all-readers }
aggregationRule: { clusterRoleSelectors: [{ matchLabels: { rbac.example.org/aggregate: "true" } }] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }, { kind: Group, name: "team:shop" }]
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: quota, namespace: shop }
spec: { hard: { requests.cpu: "10", limits.memory: 20Gi } }
---
apiVersion: v1
kind: Secret
metadata: { name: db, namespace: shop }
type: Opaque
data: { password: eA== }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop }
data: { mode: production, server.conf: "server { trust_domain = \\"example.org\\" }" }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: tls, namespace: shop }
spec: { duration: 2160h, dnsNames: [shop.example.org], issuerRef: { kind: Issuer, name: ca }, secretName: tls }
`),
    "the platform around the workloads": manifests(`
apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver-cp1, namespace: kube-system, labels: { component: kube-apiserver } }
spec:
  hostNetwork: true
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.34.1
      command: [kube-apiserver, --anonymous-auth=false, --audit-log-path=/var/log/audit.log, --audit-log-maxage=30]
      args: [--tls-min-version=VersionTLS13, "--authorization-mode=Node,RBAC", --encryption-provider-config=/etc/enc.yaml]
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: { anonymous: { enabled: false }, webhook: { enabled: true } }
authorization: { mode: Webhook }
readOnlyPort: 0
---
apiVersion: audit.k8s.io/v1
kind: Policy
rules: [{ level: Metadata, resources: [{ group: "", resources: [secrets] }] }, { level: RequestResponse }]
---
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources: [{ resources: [secrets], providers: [{ secretbox: { keys: [{ name: k, secret: eA== }] } }, { identity: {} }] }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks:
  - name: guard.example.org
    failurePolicy: Fail
    sideEffects: None
    clientConfig: { service: { name: guard, namespace: guard, path: /validate } }
    rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE], resources: [pods] }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: guard }
spec: { policyName: guard, validationActions: [Deny] }
---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: vault }
spec:
  conditions: [{ namespaces: [shop] }]
  provider: { vault: { server: "https://vault:8200", auth: { kubernetes: { role: shop, mountPath: kubernetes } } } }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: db, namespace: shop }
spec:
  refreshInterval: 1h
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  target: { name: db, creationPolicy: Owner }
  data: [{ secretKey: password, remoteRef: { key: shop/db, property: password } }]
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: web, namespace: shop }
spec: { selector: { matchLabels: { app: web } }, endpoints: [{ port: http, interval: 30s }] }
---
apiVersion: spire.spiffe.io/v1alpha1
kind: ClusterSPIFFEID
metadata: { name: shop }
spec:
  spiffeIDTemplate: "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}"
  podSelector: { matchLabels: { app: web } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: spire-server, namespace: spire }
data:
  server.conf: |
    server {
      trust_domain = "shop.example.org"
      ca_ttl = "24h"
      default_x509_svid_ttl = "1h"
    }
    plugins {
      DataStore "sql" { plugin_data { database_type = "postgres" connection_string = "host=db sslmode=verify-full" } }
      NodeAttestor "k8s_psat" { plugin_data { clusters = { "prod" = { service_account_allow_list = ["spire:agent"] } } } }
    }
---
apiVersion: falco.org/v1
kind: Falco
metadata: { name: falco, namespace: falco }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: edge }
spec: { gatewayClassName: cilium, listeners: [{ name: https, port: 443, protocol: HTTPS, tls: { mode: Terminate } }] }
`),
};
