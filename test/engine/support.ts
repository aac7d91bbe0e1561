import type { Cluster } from "../cluster/harness/cluster";
import { describeOnCluster } from "../cluster/support/shared";
import { skipNote } from "./cli";

/**
 * A suite that has the official engine deploy to a cluster of the harness, whose parts it may stop. It is skipped where the
 * engine is not installed, or where the run is meant for a cluster of somebody else's.
 */
export function describeWithEngine(title: string, body: (cluster: () => Cluster) => void): void {
    const foreign = process.env["ENGINE_KUBECONFIG"] !== undefined;
    const note = foreign ? " (skipped: ENGINE_KUBECONFIG names a cluster that has other work)" : skipNote();
    if (note === "") {
        describeOnCluster(title, "control-plane", body);
    } else {
        describe(`${title}${note}`, () => {
            it("needs the engine and a cluster of its own", function () {
                this.skip();
            });
        });
    }
}
