import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { QUARANTINE_POLICY } from "../../../responder/src/execute/actions/isolate.js";
import type { ActionType } from "../../../responder/src/model.js";
import { TRAITS } from "../../../responder/src/plan/traits.js";
import type { Recording } from "../../../responder/test/data/recordings.js";
import type { Cluster } from "../harness/cluster";
import type { Pod } from "./canary";
import { NAMESPACE, QUARANTINE } from "./responder-objects";
import type { Incident, IncidentStatus, ResponderProcess } from "./responder-process";
import { PLAIN_PORT, tell, type Tasks } from "./talkers";
import { REPLICAS, SHOP, WINDOW_SECONDS } from "./talking-shop";
import { until } from "./until";

/** Where a pod listens. */
export const at = ({ status }: Pod, port = PLAIN_PORT): string => `${status.podIP}:${port}`;

/** Whether a task was answered since a moment; if not, how it goes. */
export const answers = (tasks: Tasks, task: string, since: number): true | string =>
    (tasks[task]?.answered ?? 0) > since || JSON.stringify(tasks[task]);

/** The rule that a recording is of. */
export const ruleOf = ({ path, bodies }: Recording): string => {
    const body = bodies[0] as { rule?: string; alerts?: { labels: { alertname: string } }[] };
    return (path === "/falco" ? body.rule : body.alerts?.[0]?.labels.alertname) ?? "";
};

/** The actions that change something. */
export const changing = ({ actions }: IncidentStatus): IncidentStatus["actions"] =>
    actions.filter(({ type }) => TRAITS[type as ActionType].changes);

/** What the actions that change something came to, as the recordings have it. */
export const outcome = (status: IncidentStatus): Readonly<Record<string, string>> =>
    Object.fromEntries(
        changing(status)
            .filter(({ state }) => state !== "blocked")
            .map(({ type, state }) => [type, state]),
    );

/** A recorded message as if it came now, and were about these pods. */
function live(body: object, ...[first, second = first]: readonly string[]): object {
    const now = new Date().toISOString();
    return JSON.parse(
        JSON.stringify(body, (key, value: unknown) => (key === "time" || key === "startsAt" ? now : value))
            .replaceAll("web-0", first ?? "")
            .replaceAll("web-1", second ?? ""),
    ) as object;
}

/** The shop, as the tests on a node see it, and what they tell the responder of it. */
export class ShopOnNode {
    private sentAt = 0;
    private pods: { readonly desk: Pod; readonly guest: Pod } | undefined;

    private constructor(
        private readonly cluster: Cluster,
        private readonly responder: ResponderProcess,
    ) {}

    /**
     * Once every pod is ready.
     *
     * @param pods how many there are
     */
    static async on(cluster: Cluster, responder: ResponderProcess, pods = REPLICAS + 3): Promise<ShopOnNode> {
        const shop = new ShopOnNode(cluster, responder);
        await until("every talker is ready", async () => (await shop.ready()).length === pods, {
            seconds: 120,
        });
        shop.pods = { desk: await shop.onlyPod("desk"), guest: await shop.onlyPod("guest") };
        return shop;
    }

    /** Answers whoever asks. */
    get desk(): Pod {
        return this.pods?.desk ?? assert.fail("there is none yet");
    }

    /** Asks others all the while. */
    get guest(): Pod {
        return this.pods?.guest ?? assert.fail("there is none yet");
    }

    async podsIn(selector: string): Promise<readonly Pod[]> {
        const query = `labelSelector=${encodeURIComponent(selector)}`;
        const { text } = await this.cluster.request("GET", `/api/v1/namespaces/${SHOP}/pods?${query}`);
        return (JSON.parse(text) as { items: readonly Pod[] }).items.filter(
            ({ metadata }) => metadata.deletionTimestamp === undefined,
        );
    }

    /** Those that are ready, without any that is isolated. */
    async ready(selector = "app"): Promise<readonly Pod[]> {
        return (await this.podsIn(selector)).filter(({ status }) =>
            (status as unknown as { conditions?: { type: string; status: string }[] }).conditions?.some(
                (condition) => condition.type === "Ready" && condition.status === "True",
            ),
        );
    }

    async onlyPod(app: string): Promise<Pod> {
        return (await this.ready(`app=${app}`))[0] ?? assert.fail(`no pod of ${app} is ready`);
    }

    async send({ path, bodies }: Recording, ...pods: readonly string[]): Promise<void> {
        this.sentNow();
        for (const body of bodies) {
            assert.equal(await this.responder.post(path, live(body, ...pods)), 200);
        }
    }

    /** What happens now may be part of what comes next. */
    sentNow(): void {
        this.sentAt = Date.now();
    }

    /** Until what comes next is no part of what came before. */
    apart(): Promise<void> {
        return sleep(Math.max(0, this.sentAt + WINDOW_SECONDS * 1_100 - Date.now()));
    }

    /** The incident of a rule, once it is as wanted. */
    incidentOf(rule: string, wanted: (status: IncidentStatus) => boolean): Promise<Incident> {
        return this.responder.incident(rule, ({ signals }) => signals.some((signal) => signal.rule === rule), wanted);
    }

    async decide(found: Incident, verdict: string, action?: string): Promise<void> {
        const object = (await this.cluster.kubectl.get("securityincident", found.metadata.name, NAMESPACE))?.["spec"];
        const decisions = (object as { decisions?: readonly unknown[] }).decisions ?? [];
        const spec = {
            decisions: [...decisions, { id: decisions.length, verdict, by: "alice", ...(action && { action }) }],
        };
        await this.cluster.kubectl.run([
            ...["patch", "securityincident", found.metadata.name, "-n", NAMESPACE, "--type=merge"],
            ...["-p", JSON.stringify({ spec }), "--as=alice", "--as-group=responders"],
        ]);
    }

    /** Has the talker of a pod do something, or tell how it goes. */
    told(pod: Pod, path: string): Promise<Tasks> {
        return tell(this.cluster, SHOP, pod.metadata.name, path);
    }

    /** A ready pod that talks both ways: on connections that stay, and on new ones. */
    async talking(app = "web"): Promise<{ readonly victim: Pod; readonly toVictim: string }> {
        const victim = await this.onlyPod(app);
        const toVictim = at(victim);
        const since = Date.now();
        for (const [pod, to] of [
            [this.guest, toVictim],
            [victim, at(this.desk)],
        ] as const) {
            for (const way of ["hold", "ask"]) {
                await until(`${pod.metadata.name} is answered`, async () =>
                    answers(await this.told(pod, `/${way}?to=${to}`), `${way} ${to}`, since),
                );
            }
        }
        return { victim, toVictim };
    }

    /** When a connection was answered last, once none has been for a while. */
    async lastAnswer(pod: Pod, task: string, seconds = 60): Promise<number> {
        let last = 0;
        await until(
            `${task} of ${pod.metadata.name} is not answered any more`,
            async () => {
                const { [task]: state } = await this.told(pod, "/state");
                last = state?.answered ?? 0;
                return Date.now() - last > 1_500 || `answered ${Date.now() - last} ms ago`;
            },
            { seconds },
        );
        return last;
    }

    async nothingLeft(): Promise<void> {
        const pods = await this.podsIn("");
        assert.deepEqual(
            pods.filter(({ metadata }) => QUARANTINE in (metadata.labels ?? {})).map(({ metadata }) => metadata.name),
            [],
        );
        assert.equal(await this.cluster.kubectl.get("networkpolicy", QUARANTINE_POLICY, SHOP), undefined);
        const nodes = await this.cluster.kubectl.list("nodes");
        assert.deepEqual(
            nodes.filter((one) => "unschedulable" in (one["spec"] as object)).map(({ metadata }) => metadata.name),
            [],
        );
    }
}
