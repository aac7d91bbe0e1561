import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";

import { spare } from "../../../hardening/sources/program/frugal";

const SDK = require.resolve("@pulumi/pulumi");
const ofSdk = createRequire(SDK);
const { Struct } = ofSdk("google-protobuf/google/protobuf/struct_pb.js") as {
    Struct: { fromJavaScript: (fields: unknown) => { toJavaScript: () => Record<string, unknown> } };
};
const debuggable = ofSdk("./runtime/debuggable") as {
    debuggablePromise: (promise: Promise<unknown>, context: string) => Promise<unknown>;
    leakedPromises: () => readonly [ReadonlySet<unknown>, string];
};

describe("What the embedded host spares the SDK", () => {
    const { fromJavaScript } = Struct;
    const { debuggablePromise } = debuggable;

    beforeEach(() => {
        spare(SDK);
    });

    afterEach(() => {
        Struct.fromJavaScript = fromJavaScript;
        debuggable.debuggablePromise = debuggablePromise;
    });

    /** What comes of fields that go into a message and out again, in the order of their names, or why they can't. */
    function outcome(make: typeof fromJavaScript, fields: unknown): string {
        try {
            return JSON.stringify(make.call(Struct, fields).toJavaScript());
        } catch (error) {
            return String(error);
        }
    }

    it("gives back of fields what the messages give", () => {
        const odd = fc.constantFrom<unknown>(undefined, Symbol.iterator, () => 1, [1, , 2], 3n, new Date(0), -0, NaN);
        const { tree } = fc.letrec((tie) => ({
            tree: fc.oneof(
                { maxDepth: 4 },
                { arbitrary: fc.jsonValue(), weight: 8 },
                { arbitrary: odd, weight: 1 },
                fc.array(tie("tree"), { maxLength: 4 }),
                fc.dictionary(fc.string(), tie("tree"), { maxKeys: 4 }),
            ),
        }));
        fc.assert(
            fc.property(fc.dictionary(fc.string(), tree, { maxKeys: 5 }), (fields) => {
                assert.equal(outcome(Struct.fromJavaScript, fields), outcome(fromJavaScript, fields));
            }),
        );
        assert.equal(outcome(Struct.fromJavaScript, { a: undefined }), "Error: Unexpected struct type.");
        assert.equal(
            outcome(Struct.fromJavaScript, { b: [{ d: 1, c: null }], a: "" }),
            '{"a":"","b":[{"c":null,"d":1}]}',
        );
    });

    it("keeps what was given apart from what is asked for", () => {
        const fields = { list: [{ name: "a" }] };
        const message = Struct.fromJavaScript(fields);
        fields.list.pop();
        (message.toJavaScript()["list"] as unknown[]).push("more");
        assert.deepEqual(message.toJavaScript(), { list: [{ name: "a" }] });
    });

    it("counts promises that never end, without a stack for each", async () => {
        debuggable.leakedPromises();
        const { stackTraceLimit } = Error;
        const endless = new Promise(() => undefined);
        void debuggable.debuggablePromise(endless, "endless");
        await debuggable.debuggablePromise(Promise.resolve(1), "ended");
        assert.equal(Error.stackTraceLimit, stackTraceLimit);
        assert.doesNotMatch((endless as unknown as { _debugStackTrace: string })._debugStackTrace, /\n/);
        const [leaked, message] = debuggable.leakedPromises();
        assert.deepEqual([...leaked], [endless]);
        assert.match(message, /1 promise was still active/);
    });

    it("leaves stacks to somebody who looks for such promises", () => {
        debuggable.debuggablePromise = debuggablePromise;
        process.env["PULUMI_DEBUG_PROMISE_LEAKS"] = "1";
        try {
            spare(SDK);
            assert.equal(debuggable.debuggablePromise, debuggablePromise);
        } finally {
            delete process.env["PULUMI_DEBUG_PROMISE_LEAKS"];
        }
    });

    it("leaves an SDK alone that has no such parts", () => {
        const folder = mkdtempSync(join(tmpdir(), "hardening-sdk-"));
        try {
            writeFileSync(join(folder, "index.js"), "");
            spare(join(folder, "index.js"));
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
