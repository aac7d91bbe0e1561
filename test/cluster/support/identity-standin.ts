import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";

import { CSI_DRIVER_NAME } from "../../../components/spire/layout";
import { TestCa } from "../../../spiffe/test/support/ca.js";
import { FakeWorkloadApi, x509Message } from "../../../spiffe/test/support/fake-workload-api.js";
import { NODE_NAME } from "../harness/control-plane";
import { onNode, type Node } from "../harness/node";
import { driverSocket, registerCsiDriver } from "./csi-registrar";
import { mapOf, readFields, textMessage, textOf } from "./protobuf";
import { serveRaw } from "./raw-grpc";

const SOCKET = "spire-agent.sock";

/** What a CSI driver is told of the pod that a volume is for (CSIDriver, `podInfoOnMount`). */
const POD_NAMESPACE = "csi.storage.k8s.io/pod.namespace";
const POD_ACCOUNT = "csi.storage.k8s.io/serviceAccount.name";

export interface IdentityStandin {
    /** Whether the kubelet has taken the driver. */
    registered(): boolean | undefined;
    /** SPIFFE IDs that a pod got a Workload API for. */
    readonly issued: ReadonlySet<string>;
    /** Issues the SVIDs. */
    readonly authority: TestCa;
    stop(): Promise<void>;
}

/**
 * Stands for SPIRE on the node where its programs can't be had: a CSI driver whose volume holds the socket of a Workload API
 * for the pod's own namespace and ServiceAccount, as the kubelet tells them. The certificates are real, the attestation isn't:
 * what SPIRE itself does is shown by full/spire.spec.ts.
 */
export async function startIdentityStandin(node: Node, trustDomain: string): Promise<IdentityStandin> {
    const authority = await TestCa.create(trustDomain);
    const apis = new Map<string, Promise<FakeWorkloadApi>>();
    const issued = new Set<string>();
    const folderOf = (path: string): string => join(node.folder, "identities", path.slice(1).replaceAll("/", "_"));

    /** The folder with the socket of a workload's own Workload API. */
    const serve = async (path: string): Promise<FakeWorkloadApi> => {
        const folder = folderOf(path);
        await mkdir(folder, { recursive: true });
        const api = await FakeWorkloadApi.start({ socket: join(folder, SOCKET) });
        await chmod(join(folder, SOCKET), 0o777);
        api.setX509(x509Message([await authority.issue(path)], [authority.bundle]));
        issued.add(`spiffe://${trustDomain}${path}`);
        return api;
    };
    const driver = await serveRaw(driverSocket(node, CSI_DRIVER_NAME), {
        "csi.v1.Node": {
            NodeGetInfo: () => textMessage({ 1: NODE_NAME }),
            NodeGetCapabilities: () => Buffer.alloc(0),
            NodePublishVolume: async (message) => {
                const request = readFields(message);
                const [target, context] = [textOf(request, 4), mapOf(request, 8)];
                const path = `/ns/${context.get(POD_NAMESPACE) ?? ""}/sa/${context.get(POD_ACCOUNT) ?? ""}`;
                const api = apis.get(path) ?? serve(path);
                apis.set(path, api);
                await api;
                await onNode(node, "mkdir", "-p", target);
                await onNode(node, "mount", "--bind", folderOf(path), target);
                return Buffer.alloc(0);
            },
            NodeUnpublishVolume: async (message) => {
                const target = textOf(readFields(message), 2);
                await onNode(node, "umount", target);
                await onNode(node, "rmdir", target);
                return Buffer.alloc(0);
            },
        },
    });
    const registrar = await registerCsiDriver(node, CSI_DRIVER_NAME);
    return {
        registered: () => registrar.registered(),
        issued,
        authority,
        stop: async () => {
            await registrar.stop();
            driver.forceShutdown();
            for (const api of apis.values()) {
                await (await api).stop();
            }
        },
    };
}
