import assert from "node:assert/strict";

import { ApiError } from "../../hardening/sources/cluster/client";
import { checks, verify } from "../../hardening/verify";
import type { ControlPlaneSide } from "../../hardening/verify/control-plane-side";
import type { Expected } from "../../hardening/verify/expected";
import type { Live } from "../../hardening/verify/live";
import type { Body } from "../../policies/kubernetes/kube";

/** A cluster of a few answers; whatever else is asked is refused. */
export class FakeCluster implements Live {
    /** Objects by the plural of their kind. */
    public readonly lists: Record<string, readonly Body[]> = {};
    public logText = "";
    /** What every pod serves as its metrics; empty where none answers. */
    public metrics = "";
    /** The ports that metrics were asked at. */
    public readonly ports: number[] = [];
    public side: ControlPlaneSide = {};
    /** Paths that the API server itself was asked for. */
    public readonly asked: string[] = [];
    /** What Prometheus answers to a query, where one answers at all. */
    public prometheus: ((path: string) => string) | undefined;

    public async objects(_base: string, plural: string, namespace?: string): Promise<readonly Body[]> {
        const found = this.lists[plural];
        if (found === undefined) {
            return Promise.reject(new ApiError(`${plural} is forbidden`, 403));
        }
        const home = ({ metadata }: Body): unknown => (metadata as Body | undefined)?.["namespace"];
        return Promise.resolve(found.filter((object) => namespace === undefined || home(object) === namespace));
    }

    public async log(): Promise<string> {
        return Promise.resolve(this.logText);
    }

    public async podText(_namespace: string, _pod: string, port: number): Promise<string> {
        this.ports.push(port);
        return this.metrics === "" ? Promise.reject(new ApiError("no answer", 503)) : Promise.resolve(this.metrics);
    }

    public async serviceText(_namespace: string, _service: string, _port: number, path: string): Promise<string> {
        return this.prometheus === undefined
            ? Promise.reject(new ApiError("no endpoints", 503))
            : Promise.resolve(this.prometheus(path));
    }

    public async serverText(path: string): Promise<string> {
        this.asked.push(path);
        return this.podText("", "", 0);
    }

    public async allowed(): Promise<boolean> {
        return Promise.resolve(false);
    }
}

/** Prometheus' answer to a query: the newest value of each series. */
export function vector(...series: readonly (readonly [labels: Body, value: string])[]): string {
    const result = series.map(([metric, value]) => ({ metric, value: [1_790_000_000, value] }));
    return JSON.stringify({ status: "success", data: { resultType: "vector", result } });
}

/** The verdicts of one check on a stack, as `status subject: message`. */
export async function verdictsOn(stack: Expected, name: string, live: Live, now = new Date()): Promise<string[]> {
    const selected = checks(() => now).filter((check) => check.name === name);
    const [result] = await verify(selected, stack, live);
    assert.ok(result !== undefined, `there is no check ${name}`);
    return result.verdicts.map(({ status, subject, message }) => `${status} ${subject}: ${message}`);
}
