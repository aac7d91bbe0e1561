import assert from "node:assert/strict";

import fc from "fast-check";

import type { PortRange } from "../../../../policies/kubernetes/network/ports";
import {
    ALL_PORTS,
    difference,
    intersection,
    merged,
    portsOf,
    portsText,
} from "../../../../policies/kubernetes/network/ports";
import { podOf } from "../../../../policies/kubernetes/pods";
import { stackOf } from "../../../support/controls";

const ranges = fc.array(
    fc
        .record({
            protocol: fc.constantFrom("TCP", "UDP"),
            from: fc.integer({ min: 1, max: 40 }),
            length: fc.integer({ min: 0, max: 10 }),
        })
        .map(({ protocol, from, length }): PortRange => ({ protocol, from, to: from + length })),
    { maxLength: 6 },
);

function has(list: readonly PortRange[], protocol: string, port: number): boolean {
    return list.some((range) => range.protocol === protocol && range.from <= port && port <= range.to);
}

const points = ["TCP", "UDP"].flatMap((protocol) => Array.from({ length: 55 }, (_, port) => [protocol, port] as const));

describe("port ranges", () => {
    it("intersect, differ and merge as sets of ports do", () => {
        fc.assert(
            fc.property(ranges, ranges, (a, b) => {
                for (const [protocol, port] of points) {
                    const [inA, inB] = [has(a, protocol, port), has(b, protocol, port)];
                    assert.equal(has(intersection(a, b), protocol, port), inA && inB);
                    assert.equal(has(difference(a, b), protocol, port), inA && !inB);
                    assert.equal(has(merged(a), protocol, port), inA);
                }
            }),
        );
    });

    it("are every port where a rule names none", () => {
        assert.deepEqual(portsOf([], "none").certain, ALL_PORTS);
        assert.equal(portsText(ALL_PORTS), "all");
    });

    it("are TCP where a rule names no protocol, every port of the protocol where it names no port, and ranges by endPort", () => {
        const { certain } = portsOf(
            [{ port: 80 }, { protocol: "UDP" }, { protocol: "TCP", port: 8000, endPort: 8010 }],
            [],
        );
        assert.equal(portsText(certain), "TCP 80, TCP 8000-8010, UDP 1-65535");
    });

    it("look a port's name up in the containers that listen, and open nothing where none has it", () => {
        const [object] = stackOf({
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "a" },
            spec: { containers: [{ name: "a", ports: [{ name: "http", containerPort: 8080 }] }] },
        }).objects;
        assert.ok(object);
        const containers = podOf(object)?.containers ?? "none";
        assert.equal(portsText(portsOf([{ port: "http" }], containers).certain), "TCP 8080");
        assert.equal(portsText(portsOf([{ port: "http", protocol: "UDP" }], containers).certain), "");
        assert.equal(portsText(portsOf([{ port: "https" }], containers).certain), "");
    });

    it("join where they touch", () => {
        const touching = [
            { protocol: "TCP", from: 3, to: 4 },
            { protocol: "TCP", from: 1, to: 2 },
        ];
        assert.equal(portsText(touching), "TCP 1-4");
    });
});
