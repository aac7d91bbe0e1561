import { checklist, nist } from "../../engine/frameworks";
import { spireConfigControl } from "./spire";

export const spireBundlePublisher = spireConfigControl({
    name: "spire-bundle-publisher",
    description: "SPIRE publishes its bundle by a BundlePublisher, not by a Notifier.",
    why: "The Notifier plugins are deprecated and will be gone: then the bundle is no longer refreshed, and new agents trust an old one.",
    severity: "low",
    // Nothing is broken yet, so it must not stop a deployment.
    enforcement: "advisory",
    covers: [],
    frameworks: [...nist("SA-22"), ...checklist("ZT-4")],
    remediation: "Replace Notifier k8sbundle by BundlePublisher k8s_configmap.",
    profiles: ["x0tta6bl4"],
    role: "server",
    *check({ plugins }) {
        for (const { at } of plugins.filter(({ type }) => type === "Notifier")) {
            yield { at, says: "is deprecated. Use a BundlePublisher such as k8s_configmap." };
        }
    },
});
