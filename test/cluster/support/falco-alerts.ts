import type { Cluster } from "../harness/cluster";
import { until } from "./until";

/** What Falco says of an event that a rule matched. */
export interface Alert {
    readonly rule: string;
    readonly priority: string;
    readonly output: string;
    readonly output_fields: Readonly<Record<string, string | number | null>>;
}

/** Falco writes lines about itself too. */
function isAlert(line: Partial<Alert>): line is Alert {
    return line.rule !== undefined && line.output_fields !== undefined;
}

/**
 * What Falco has alerted of so far, in its order; without those of processes that it knows nothing about. Such are all that ran
 * before it did: it looks them up in /proc, and that of this node counts processes otherwise than the kernel it watches.
 */
export async function alerts(cluster: Cluster): Promise<readonly Alert[]> {
    const log = await cluster.kubectl.run(["logs", "daemonset/falco", "-n", "falco"]);
    return log
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Partial<Alert>)
        .filter(isAlert)
        .filter(({ output_fields }) => output_fields["proc.exepath"] !== "");
}

/**
 * Does something that some rules are about.
 *
 * @returns what Falco alerted of meanwhile, once each of the rules was among it
 */
export async function alertsOf(
    cluster: Cluster,
    rules: readonly string[],
    act: () => Promise<unknown>,
): Promise<readonly Alert[]> {
    const before = (await alerts(cluster)).length;
    await act();
    let found: readonly Alert[] = [];
    await until(`Falco has alerted of ${rules.join(" and ")}`, async () => {
        found = (await alerts(cluster)).slice(before);
        const seen = new Set(found.map(({ rule }) => rule));
        return rules.every((rule) => seen.has(rule)) || found.map(({ output }) => output).join("\n");
    });
    return found;
}
