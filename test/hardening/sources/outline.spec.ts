import { strict as assert } from "node:assert";

import { fieldAt } from "../../../hardening/sources/outline";

const TEXT = `apiVersion: v1
spec:
  containers:
  - name: a
    env:
      - name: X
        value: "1"
      - name: Y
        value: "2"
  - name: b
    "image": c
  volumes:
    -
      name: v
---
kind: Pod
metadata:
  labels:
    'a': b
`;

describe("fieldAt", () => {
    const cases: readonly [line: number, field: string][] = [
        [1, "apiVersion"],
        [3, "spec.containers"],
        [4, "spec.containers[0].name"],
        [7, "spec.containers[0].env[0].value"],
        [9, "spec.containers[0].env[1].value"],
        [11, "spec.containers[1].image"],
        [14, "spec.volumes[0].name"],
        [16, "kind"],
        [19, "metadata.labels.a"],
    ];
    for (const [line, field] of cases) {
        it(`finds ${field} at line ${line}`, () => {
            assert.equal(fieldAt(TEXT, line), field);
        });
    }

    it("finds no field in what has none", () => {
        assert.equal(fieldAt("[[[[", 1), "");
    });
});
