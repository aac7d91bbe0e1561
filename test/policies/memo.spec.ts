import { strict as assert } from "node:assert";

import { rememberEach } from "../../policies/memo";

describe("rememberEach", () => {
    it("answers once for each object, whatever is asked in between, and anew for an equal one", () => {
        const asked: object[] = [];
        const answer = rememberEach((question: { readonly name: string }) => {
            asked.push(question);
            return [question.name];
        });
        const a = { name: "a" };
        const twin = { name: "a" };
        const first = answer(a);
        assert.deepEqual(answer(twin), ["a"]);
        assert.equal(answer(a), first);
        assert.deepEqual(asked, [a, twin]);
        assert.ok(asked[0] === a && asked[1] === twin);
    });

    it("remembers an answer that is undefined, and no error", () => {
        let times = 0;
        const answer = rememberEach((question: { readonly bad: boolean }): string | undefined => {
            times++;
            if (question.bad) {
                throw new Error("no answer");
            }
            return undefined;
        });
        const good = { bad: false };
        assert.equal(answer(good), undefined);
        assert.equal(answer(good), undefined);
        assert.equal(times, 1);
        const bad = { bad: true };
        assert.throws(() => answer(bad), { message: "no answer" });
        assert.throws(() => answer(bad), { message: "no answer" });
        assert.equal(times, 3);
    });
});
