import { isObj, obj } from "../../../policies/kubernetes/kube";
import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import type { Expected, Workload } from "../expected";
import { isReady, nameOf, namespaceOf } from "../expected";
import type { Sample } from "../exposition";
import { total } from "../exposition";
import type { Live } from "../live";
import { readThroughProxy, scrape } from "../scrape";

const HANDSHAKES = "pqc_handshakes_total";
/** Envoy's counters of a listener: https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/stats#tls-statistics */
const TLS_VERSIONS = "envoy_listener_ssl_versions";
/** Where Envoy Gateway has its proxies serve them. */
const PROXY_PORT = 19001;
const PROXY_PATH = "/stats/prometheus";

/** P0-1.3, SEC-6: each half of the canary calls the other with mutual TLS, so it shakes hands as a client and as a server. */
export const connectionsEncrypted: Check = {
    name: "connections-encrypted",
    title: "Connections between namespaces are mutual TLS 1.3 with post-quantum key exchange",
    covers: ["P0-1.3", "SEC-6"],
    remedy: "Switch the canary on (the setting canary.enabled), and see docs/runbooks/handshake-failures.md.",
    async run(expected, live) {
        const canaries = expected.canaries();
        return canaries.length === 0
            ? [
                  unknown(
                      `stack ${expected.stack}`,
                      "has no canary, so no connection of its own is there to be looked at",
                  ),
              ]
            : (await Promise.all(canaries.map((canary) => halfOf(canary, expected, live)))).flat();
    },
};

/** SEC-6: clients from outside shake hands with the shield's proxies. */
export const shieldEncrypts: Check = {
    name: "shield-encrypts",
    title: "Connections from outside are TLS 1.3",
    covers: ["SEC-6"],
    remedy: "Declare the shield (the setting shield), and have its proxies run: docs/runbooks/denial-of-service.md.",
    async run(expected, live) {
        const shields = expected.ofKind("Gateway").filter((object) => nameOf(object) === "shield");
        return shields.length === 0
            ? [unknown(`stack ${expected.stack}`, "has no shield, so what comes from outside is not its to look at")]
            : (await Promise.all(shields.map((shield) => proxiesOf(namespaceOf(shield), live)))).flat();
    },
};

async function halfOf(canary: Workload, expected: Expected, live: Live): Promise<readonly Verdict[]> {
    const pods = await scrape(canary, expected, live);
    return pods.length === 0
        ? [unknown(`${canary.kind} ${canary.namespace}/${canary.name}`, "has no ready pod, so nothing was connected")]
        : pods.map(({ subject, samples }) =>
              samples === undefined
                  ? unknown(subject, "/metrics can't be reached, neither by Prometheus nor by the API server")
                  : ofHalf(subject, samples),
          );
}

/** The library refuses every peer without an SVID and every version below 1.3, so what succeeded is mutual TLS 1.3. */
function ofHalf(subject: string, samples: readonly Sample[]): Verdict {
    const done = samples.filter(({ name, labels }) => name === HANDSHAKES && labels["result"] === "success");
    const by = (label: string, value: string): number => total(done.filter(({ labels }) => labels[label] === value));
    const [called, answered, classical] = [by("side", "client"), by("side", "server"), total(done) - by("pqc", "true")];
    if (classical > 0) {
        return failed(subject, `shook hands ${classical} times without post-quantum key exchange`);
    }
    if (called === 0 || answered === 0) {
        const side = called === 0 ? "called nobody" : "was called by nobody";
        return unknown(subject, `${side} since it started, so nothing proves both sides of mutual TLS`);
    }
    return proved(
        subject,
        `has shaken hands ${called} times as a client and ${answered} times as a server, all post-quantum`,
    );
}

/** Envoy Gateway runs the proxies in its own namespace, or beside the Gateway. */
async function proxiesOf(namespace: string, live: Live): Promise<readonly Verdict[]> {
    const subject = `Gateway ${namespace}/shield`;
    const pods = (await live.objects("/api/v1", "pods")).filter((pod) => {
        const labels = obj(obj(pod["metadata"])["labels"]);
        const [name, of] = ["name", "namespace"].map((key) => labels[`gateway.envoyproxy.io/owning-gateway-${key}`]);
        return isObj(pod) && name === "shield" && of === namespace && isReady(pod);
    });
    if (pods.length === 0) {
        return [unknown(subject, "has no ready proxy, so nobody from outside was connected")];
    }
    return Promise.all(
        pods.map(async (pod) => {
            const name = `Pod ${namespaceOf(pod)}/${nameOf(pod)}`;
            const samples = await readThroughProxy(live, namespaceOf(pod), nameOf(pod), PROXY_PORT, PROXY_PATH);
            return samples === undefined
                ? unknown(name, `${PROXY_PATH} can't be reached through the API server`)
                : ofProxy(name, samples);
        }),
    );
}

function ofProxy(subject: string, samples: readonly Sample[]): Verdict {
    const versions = samples.filter(({ name, value }) => name === TLS_VERSIONS && value > 0);
    const older = versions.filter(({ labels }) => labels["envoy_ssl_version"] !== "TLSv1.3");
    if (older.length > 0) {
        const names = [
            ...new Set(older.map(({ labels }) => labels["envoy_ssl_version"] ?? "an unknown version")),
        ].sort();
        return failed(subject, `has shaken hands by ${names.join(", ")}`);
    }
    return versions.length === 0
        ? unknown(subject, "has shaken hands with nobody since it started")
        : proved(subject, `has shaken hands ${total(versions)} times, all by TLS 1.3`);
}
