import type { AlertedStack, Lives } from "../../components/monitoring/alerts";

/** What SPIRE issues by its defaults. */
export const LIVES: Lives = { authority: 86_400, svid: 3_600 };

/** A stack that alerts are about, with one application and nothing else. */
export function alertedStack(over: Partial<AlertedStack> = {}): AlertedStack {
    const settings = { runbooks: "https://runbooks.x0tta6bl4.io", clusterLabel: undefined };
    return {
        cluster: "here",
        settings,
        lives: LIVES,
        namespaces: ["shop", "spire"],
        applications: ["x0tta6bl4"],
        startSecrets: [],
        ...over,
    };
}
