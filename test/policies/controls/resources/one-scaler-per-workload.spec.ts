import { oneScalerPerWorkload } from "../../../../policies/controls/resources/one-scaler-per-workload";
import { workload } from "../../../support/cases";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

function scaler(apiVersion: string, kind: string, name: string, spec: Manifest): Manifest {
    return { apiVersion, kind, metadata: { name, namespace: "shop" }, spec };
}

const target = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
const hpa = (name: string, spec: Manifest = {}): Manifest =>
    scaler("autoscaling/v2", "HorizontalPodAutoscaler", name, { scaleTargetRef: target, maxReplicas: 5, ...spec });
const vpa = (name: string, spec: Manifest = {}): Manifest =>
    scaler("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", name, { targetRef: target, ...spec });
const keda = (name: string, ...triggers: readonly string[]): Manifest =>
    scaler("keda.sh/v1alpha1", "ScaledObject", name, {
        scaleTargetRef: { name: "web" },
        triggers: triggers.map((type) => ({ type })),
    });
const by = (name: string): Manifest => ({ metrics: [{ type: "Resource", resource: { name } }] });
const policies = (...containerPolicies: readonly Manifest[]): Manifest => ({ resourcePolicy: { containerPolicies } });

const SCALED = "spec.scaleTargetRef.name leads to Deployment shop/web, which";
const SIZED = "spec.targetRef.name leads to Deployment shop/web, which";

describeControl(oneScalerPerWorkload, {
    refused: {
        "two autoscalers of one workload": {
            stack: [hpa("one"), hpa("two")],
            message: `${SCALED} HorizontalPodAutoscaler shop/one scales too. Keep one of them.`,
        },
        "KEDA beside an autoscaler": {
            stack: [hpa("one"), keda("two", "prometheus")],
            message: `${SCALED} HorizontalPodAutoscaler shop/one scales too. Keep one of them.`,
        },
        "three of them, each after the first": {
            stack: [hpa("one"), hpa("two"), hpa("zed")],
            message: [
                `${SCALED} HorizontalPodAutoscaler shop/one scales too. Keep one of them.`,
                `${SCALED} HorizontalPodAutoscaler shop/one scales too. Keep one of them.`,
                `${SCALED} HorizontalPodAutoscaler shop/two scales too. Keep one of them.`,
            ],
        },
        "two vertical autoscalers": {
            stack: [vpa("one"), vpa("two")],
            message: `${SIZED} VerticalPodAutoscaler shop/one sizes too. Keep one of them.`,
        },
        "replicas by the CPU that is sized as well": {
            stack: [hpa("one"), vpa("two")],
            message: `${SIZED} HorizontalPodAutoscaler shop/one scales by cpu too. Keep one of them.`,
        },
        "KEDA by the memory that is sized as well": {
            stack: [keda("one", "memory"), vpa("two", { updatePolicy: { updateMode: "Initial" } })],
            message: `${SIZED} ScaledObject shop/one scales by memory too. Keep one of them.`,
        },
        "one container by another resource, the rest by all": {
            stack: [hpa("one"), vpa("two", policies({ containerName: "db", controlledResources: ["memory"] }))],
            message: `${SIZED} HorizontalPodAutoscaler shop/one scales by cpu too. Keep one of them.`,
        },
        "a count beside an autoscaler": {
            stack: [workload("Deployment", { replicas: 3 }), hpa("one")],
            message:
                "spec.replicas is 3, which every apply puts in place of what HorizontalPodAutoscaler shop/one has decided. Leave it out.",
        },
    },
    allowed: {
        "an autoscaler of each workload": {
            stack: [hpa("one"), hpa("two", { scaleTargetRef: { ...target, name: "api" } })],
        },
        "autoscalers of one name in two namespaces": {
            stack: [hpa("one"), { ...hpa("one"), metadata: { name: "one", namespace: "other" } }],
        },
        "replicas by one resource and sizes by another": {
            stack: [
                hpa("one", by("cpu")),
                vpa("two", policies({ containerName: "*", controlledResources: ["memory"] })),
            ],
        },
        "one that only recommends": { stack: [hpa("one"), vpa("two", { updatePolicy: { updateMode: "Off" } })] },
        "one that is off for every container": {
            stack: [hpa("one"), vpa("two", policies({ containerName: "*", mode: "Off" }))],
        },
        "replicas by a metric of one's own": {
            stack: [hpa("one", { metrics: [{ type: "External", external: {} }] }), vpa("two")],
        },
        "no count beside an autoscaler": { stack: [workload("Deployment"), hpa("one")] },
        "a count that the API server keeps": {
            stack: [
                {
                    ...workload("Deployment", { replicas: 3 }),
                    metadata: { name: "web", namespace: "shop", uid: "4c1f0a9e-2d55-4a36-9d3e-7b8c2a1d0e6f" },
                },
                hpa("one"),
            ],
        },
        "a count without an autoscaler": { stack: [workload("Deployment", { replicas: 3 })] },
        "sizes beside a count": { stack: [workload("Deployment", { replicas: 3 }), vpa("one")] },
    },
});
