import { version } from "../../packages/hardening/package.json";
import { UsageError } from "../io";
import type { ReadOnlyClient } from "../sources/cluster/client";
import { identityOf } from "../sources/cluster/identity";
import type { HostRequest, Registration } from "../sources/program/registration";
import type { StatementKind } from "./kinds";
import { stackDigest } from "./stack-digest";
import type { ClusterSeen, Result } from "./statement";
import { Recording } from "./write";

/** The option of a command whose run is evidence. */
export const EVIDENCE_OPTION = {
    evidence: {
        type: "text",
        value: "DIR",
        description: "add a statement of this run to a folder, for hardening report",
    },
} as const;

/** What is known when a run ends. */
interface End {
    readonly at: Date;
    readonly cluster: ClusterSeen;
    readonly registrations: readonly Registration[];
    readonly results: readonly Result[];
}

/** States what one of the tool's own commands saw of a stack on a cluster. */
export class ClusterRecording {
    private readonly recording: Recording;

    constructor(
        private readonly kind: StatementKind,
        private readonly request: HostRequest,
        folder: string,
    ) {
        this.recording = new Recording(request.directory, folder);
    }

    /** Writes the statement. @throws UsageError where nothing can be stated */
    public write({ at, cluster, registrations, results }: End): string {
        return this.recording.write({
            kind: this.kind,
            stack: { name: this.request.stack, digest: stackDigest(registrations) },
            predicate: { tool: { name: "hardening", version }, at: at.toISOString(), cluster, results },
        });
    }
}

/** The cluster that is looked at. @throws UsageError where it does not say which it is */
export async function clusterSeen(
    client: Pick<ReadOnlyClient, "get">,
    name: string,
    rehearsal: boolean,
): Promise<ClusterSeen> {
    const untold = `evidence needs the identity of cluster ${name}, the UID of its namespace kube-system`;
    const identity = await identityOf(client, untold);
    if (identity === "") {
        throw new UsageError([`${untold}, and it tells none`]);
    }
    return { name, identity, rehearsal };
}
