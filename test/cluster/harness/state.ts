import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { progress } from "./log";

/** A process that can be told from another one which later got the same id. */
export interface ProcessRecord {
    readonly name: string;
    readonly pid: number;
    /** Clock ticks since boot when it started (field 22 of /proc/<pid>/stat). */
    readonly startTime: string;
}

export type Profile = "control-plane" | "full";

/** What is written down about a cluster, so that any later run can use it or clear it away. */
export interface ClusterState {
    readonly profile: Profile;
    /** Whose cluster it is. A test's cluster may be cleared away once its owner is gone; a developer's one has no owner. */
    readonly owner: ProcessRecord | undefined;
    readonly processes: readonly ProcessRecord[];
    /** Cgroup folders (one per controller) that the kubelet made containers in. */
    readonly cgroups: readonly string[];
    /** Free-form facts that components need again: ports and the like. */
    readonly settings: Readonly<Record<string, number>>;
}

/** The folder that holds every cluster of this user. Short: Unix socket paths below it are limited to 107 bytes. */
export function clustersFolder(): string {
    return join(tmpdir(), `x0tta6bl4-cluster-${process.getuid?.() ?? 0}`);
}

/** The state of one cluster, kept in its folder. */
export class StateFile {
    private constructor(
        readonly folder: string,
        private state: ClusterState,
    ) {}

    static create(name: string, profile: Profile, owner: ProcessRecord | undefined): StateFile {
        const folder = join(clustersFolder(), name);
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const file = new StateFile(folder, { profile, owner, processes: [], cgroups: [], settings: {} });
        file.update({});
        return file;
    }

    static load(folder: string): StateFile | undefined {
        const path = join(folder, "state.json");
        return existsSync(path)
            ? new StateFile(folder, JSON.parse(readFileSync(path, "utf8")) as ClusterState)
            : undefined;
    }

    get value(): ClusterState {
        return this.state;
    }

    /** Written to a new file first: a crash in the middle must not lose the list of what is running. */
    update(change: Partial<ClusterState>): void {
        this.state = { ...this.state, ...change };
        const path = join(this.folder, "state.json");
        writeFileSync(`${path}.new`, JSON.stringify(this.state, null, 4), { mode: 0o600 });
        renameSync(`${path}.new`, path);
    }

    addProcess(record: ProcessRecord): void {
        this.update({ processes: [...this.state.processes.filter(({ name }) => name !== record.name), record] });
    }

    /** Ends every process of the cluster, last started first, and removes its files. Safe to repeat. */
    async destroy(): Promise<void> {
        for (const record of [...this.state.processes].reverse()) {
            await end(record);
        }
        for (const cgroup of this.state.cgroups) {
            removeCgroup(cgroup);
        }
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
}

/** Clears away the clusters whose owner has gone: a test run that crashed or was killed. */
export async function reap(): Promise<void> {
    if (!existsSync(clustersFolder())) {
        return;
    }
    for (const name of readdirSync(clustersFolder())) {
        const file = StateFile.load(join(clustersFolder(), name));
        const owner = file?.value.owner;
        if (file !== undefined && owner !== undefined && !isAlive(owner)) {
            progress(`clearing away ${name}, whose owner (process ${owner.pid}) has gone`);
            await file.destroy();
        }
    }
}

/** This process, as an owner. */
export function self(): ProcessRecord {
    return { name: "owner", pid: process.pid, startTime: startTimeOf(process.pid) ?? "" };
}

/** Whether the very process of the record is still there; a zombie is not. */
export function isAlive(record: ProcessRecord): boolean {
    const fields = statOf(record.pid);
    return fields !== undefined && fields[0] !== "Z" && fields[19] === record.startTime;
}

export function startTimeOf(pid: number): string | undefined {
    return statOf(pid)?.[19];
}

/** The first child of a process, which for `nsenter` is the program it runs. */
export function childOf(pid: number): number | undefined {
    try {
        const first = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0];
        return first === undefined || first === "" ? undefined : Number(first);
    } catch {
        return undefined;
    }
}

/** The fields of /proc/<pid>/stat from the third on (state first): the second may hold spaces and brackets. */
function statOf(pid: number): string[] | undefined {
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    } catch {
        return undefined;
    }
}

async function end(record: ProcessRecord): Promise<void> {
    for (const [signal, patience] of [
        ["SIGTERM", 3000],
        ["SIGKILL", 5000],
    ] as const) {
        const deadline = Date.now() + patience;
        while (isAlive(record) && Date.now() < deadline) {
            try {
                process.kill(childOf(record.pid) ?? record.pid, signal);
            } catch {
                // It ended between the check and the signal.
            }
            await sleep(100);
        }
    }
    if (isAlive(record)) {
        throw new Error(`${record.name} (process ${record.pid}) can't be ended`);
    }
}

/** Cgroup folders are removed from the leaves up, and only when no process is left in them. */
function removeCgroup(folder: string): void {
    if (!existsSync(folder)) {
        return;
    }
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) {
            removeCgroup(join(folder, entry.name));
        }
    }
    rmSync(folder, { recursive: false, force: true });
}
