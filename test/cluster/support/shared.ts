import { Cluster } from "../harness/cluster";
import { MissingRequirement } from "../harness/errors";
import type { Profile } from "../harness/state";

/** One cluster for a whole run: starting one takes longer than most suites. */
let shared: Promise<Cluster> | undefined;

/** Builds and start-up happen in a hook, where mocha's usual time-out does not fit a cold machine. */
const START_MINUTES = 90;

/**
 * A suite that needs a cluster. Where none can run, the whole suite is skipped and what is missing is printed; a cluster
 * that fails to start is a failure.
 */
export function describeOnCluster(title: string, profile: Profile, body: (cluster: () => Cluster) => void): void {
    describe(title, () => {
        let cluster: Cluster | undefined;

        before(async function () {
            this.timeout(START_MINUTES * 60_000);
            try {
                shared ??= startShared(profile);
                cluster = await shared;
            } catch (error) {
                if (error instanceof MissingRequirement) {
                    process.stderr.write(`SKIPPED ${title}: ${error.message}\n`);
                    this.skip();
                }
                throw error;
            }
        });

        body(() => {
            if (cluster === undefined) {
                throw new Error("the cluster is only there inside tests and hooks");
            }
            return cluster;
        });
    });
}

async function startShared(profile: Profile): Promise<Cluster> {
    const cluster = await Cluster.up({ name: `test-${process.pid}`, profile, keep: false });
    if (profile === "control-plane") {
        await cluster.addFakeNodes(3);
    }
    return cluster;
}

const endings: (() => Promise<void> | void)[] = [];

/** Has something ended before the run's cluster is: what serves it from this process. */
export function beforeTheEnd(end: () => Promise<void> | void): void {
    endings.push(end);
}

/** Ends the run's cluster, if one was started. */
export async function stopShared(): Promise<void> {
    const cluster = await shared?.catch(() => undefined);
    shared = undefined;
    for (const end of endings.splice(0)) {
        await end();
    }
    await cluster?.down();
}
