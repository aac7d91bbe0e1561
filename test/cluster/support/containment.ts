import assert from "node:assert/strict";

import type { Pod } from "./canary";
import type { Incident, IncidentStatus, ResponderProcess } from "./responder-process";
import type { Times } from "./response-times";
import { at, changing, outcome, type ShopOnNode } from "./shop-on-node";
import { REPLICAS } from "./talking-shop";
import { until } from "./until";

/** An incident that has begun in a pod which talks both ways. */
export interface Begun {
    /** Of Falco's, that the incident is of. */
    readonly rule: string;
    /** Actions that change something, as they are to end up. */
    readonly actions: Readonly<Record<string, string>>;
    /** The Deployment of the pod. */
    readonly app: string;
    readonly victim: Pod;
    /** Where the guest asks it. */
    readonly toVictim: string;
    /** Milliseconds since 1970. */
    readonly start: number;
}

/**
 * Follows an incident until its actions are done, its pod has no network and is replaced, has a person take all of it back, and sees that
 * nothing is left.
 *
 * @returns what it took, in milliseconds from its beginning on
 */
export async function containedAndUndone(
    responder: ResponderProcess,
    shop: ShopOnNode,
    { rule, actions, app, victim, toVictim, start }: Begun,
): Promise<Times> {
    const once = async (done: (status: IncidentStatus) => boolean): Promise<Incident & { status: IncidentStatus }> => {
        const isIt = ({ signals, detectedAt }: IncidentStatus): boolean =>
            Date.parse(detectedAt) >= start && signals.some((signal) => signal.rule === rule);
        const found = await responder.incident(rule, isIt, done);
        return { ...found, status: found.status ?? assert.fail() };
    };
    const settled = await once(
        (status) =>
            changing(status).length >= Object.keys(actions).length &&
            changing(status).every(({ state }) => !["planned", "running"].includes(state)),
    );
    assert.deepEqual(outcome(settled.status), actions);
    const isolate = settled.status.actions.find(({ type }) => type === "isolate") ?? assert.fail();
    const asked = await Promise.all([
        shop.lastAnswer(shop.guest, `ask ${toVictim}`),
        shop.lastAnswer(victim, `ask ${at(shop.desk)}`),
    ]);
    const times: Times = {
        recorded: Date.parse(settled.status.detectedAt) - start,
        decided: Date.parse(isolate.decidedAt) - start,
        done: Date.parse(isolate.finishedAt ?? "") - start,
        enforced: Math.max(...asked) - start,
    };
    const asManyAsBefore = async (): Promise<true | string> => {
        const ready = await shop.ready(`app=${app}`);
        return ready.length === REPLICAS || `${ready.length} are ready`;
    };
    if (!("cordon" in actions)) {
        await until("it is replaced", asManyAsBefore);
        times.replaced = Date.now() - start;
    }
    const undo = Date.now();
    await shop.decide(settled, "undo");
    const { status } = await once((now) => changing(now).every(({ state }) => state !== "done" && state !== "undoing"));
    times.undone = Date.now() - undo;
    const undone = Object.entries(actions).map(([type, state]) => [type, state === "done" ? "undone" : state]);
    assert.deepEqual(outcome(status), Object.fromEntries(undone));
    const back = (await shop.podsIn("")).find(({ metadata }) => metadata.name === victim.metadata.name);
    // Its controller may end it, since it has been replaced.
    assert.deepEqual(back?.metadata.labels ?? victim.metadata.labels, victim.metadata.labels);
    await shop.nothingLeft();
    await until("as many are ready as before", asManyAsBefore);
    return times;
}
