import { obj, str } from "../../policies/kubernetes/kube";
import { defineCommand } from "../cli/command";
import { clusterSeen, ClusterRecording, EVIDENCE_OPTION } from "../evidence/cluster-recording";
import { EXIT } from "../findings";
import { painter } from "../formats/style";
import { UsageError } from "../io";
import { runStack } from "../preview/stacks";
import { ReadOnlyClient } from "../sources/cluster/client";
import { clusterSettings, connectionTo, refuseOtherCluster } from "../sources/cluster/identity";
import { CONNECTION_OPTIONS, readConnection } from "../sources/cluster/kubeconfig";
import { checks, verify } from "../verify";
import type { CheckResult } from "../verify";
import type { ControlPlaneSide } from "../verify/control-plane-side";
import { auditLogReader, etcdReader } from "../verify/control-plane-side";
import { Expected } from "../verify/expected";
import { LiveCluster } from "../verify/live";
import { countsOf, textOf, VERIFY_FORMATS } from "../verify/print";
import { verifyResults } from "../verify/results";

/** Proves against a live cluster what the program and the guide say. */
export const command = defineCommand({
    stacks: "one",
    options: {
        ...CONNECTION_OPTIONS,
        check: {
            type: "text",
            value: "NAME",
            description: "only this check, default all",
            choices: checks(() => new Date(0)).map(({ name }) => name),
            multiple: true,
        },
        rehearsal: {
            type: "flag",
            description: "the cluster is one to try the stack on, not its own; the report says so",
        },
        "audit-log": {
            type: "text",
            value: "FILE",
            description: "the API server's audit log, in which a marked request has to arrive",
        },
        etcd: { type: "text", value: "URL", description: "etcd, whose Secrets have to be encrypted, each of them" },
        "etcd-ca": { type: "text", value: "FILE", description: "certificate of the authority that etcd is known by" },
        "etcd-cert": { type: "text", value: "FILE", description: "certificate to sign in to etcd with" },
        "etcd-key": { type: "text", value: "FILE", description: "its key" },
        ...EVIDENCE_OPTION,
    },
    formats: VERIFY_FORMATS,
    notes: [
        "Runs the hardening guide's actions by reading: objects, logs, metrics (from Prometheus, or through the API server's",
        "proxy) and access reviews. Whether network policies are enforced is what the canary measured, where there is one.",
        "Secrets are read to look for their values in logs; no value is ever shown. Exit code 2: something could not be seen,",
        "so it is neither proved nor refuted.",
    ],
    run: async ({ options, stacks: [request], output, io }) => {
        const { stack } = request;
        const { rehearsal, evidence } = options;
        const recording = evidence === undefined ? undefined : new ClusterRecording("verify", request, evidence);
        const side = sideOf(options);
        const connection = readConnection(connectionTo(options, request));
        const { registrations } = await runStack(request, io);
        const objects = registrations.map(({ inputs }) => obj(inputs)).filter((inputs) => str(inputs["kind"]) !== "");
        const at = io.now();
        const paint = painter(output.colour);
        // Checks take seconds each: what is known is shown at once.
        const atOnce = output.format === "text" && output.file === undefined;
        const show = (result: CheckResult): void => io.out(textOf(result, paint));
        const client = new ReadOnlyClient(connection);
        try {
            if (!rehearsal) {
                await refuseOtherCluster(client, request, `cluster ${connection.name}`);
            }
            const results = await verify(
                checks(io.now).filter(({ name }) => options.check.length === 0 || options.check.includes(name)),
                new Expected(stack, objects, clusterSettings(request)),
                new LiveCluster(client, side),
                atOnce ? show : undefined,
            );
            if (!atOnce) {
                await output.write({ stack, cluster: connection.name, at, rehearsal, results });
            }
            recording?.write({
                ...{ at, registrations, results: verifyResults(results) },
                cluster: await clusterSeen(client, connection.name, rehearsal),
            });
            const { proved, failed, unknown } = countsOf(results);
            io.log(`${proved} proved, ${failed} failed, ${unknown} unknown`);
            return failed > 0 ? EXIT.violations : unknown > 0 ? EXIT.input : EXIT.clean;
        } finally {
            client.close();
        }
    },
});

/** What of the control plane the options let be seen. @throws UsageError where etcd is named by half of what it takes */
function sideOf(options: {
    readonly "audit-log": string | undefined;
    readonly etcd: string | undefined;
    readonly "etcd-ca": string | undefined;
    readonly "etcd-cert": string | undefined;
    readonly "etcd-key": string | undefined;
}): ControlPlaneSide {
    const { "audit-log": log, etcd: url, "etcd-ca": ca, "etcd-cert": cert, "etcd-key": key } = options;
    const etcd = { "--etcd": url, "--etcd-ca": ca, "--etcd-cert": cert, "--etcd-key": key };
    const missing = Object.entries(etcd).flatMap(([option, value]) => (value === undefined ? [option] : []));
    if (missing.length > 0 && missing.length < Object.keys(etcd).length) {
        throw new UsageError([
            `${Object.keys(etcd).join(", ")} go together, and ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing`,
        ]);
    }
    const whole = url !== undefined && ca !== undefined && cert !== undefined && key !== undefined;
    return {
        ...(log !== undefined && { audited: auditLogReader(log) }),
        ...(whole && { storedSecrets: etcdReader({ url, ca, cert, key }) }),
    };
}
