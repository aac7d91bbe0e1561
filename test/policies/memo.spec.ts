import { strict as assert } from "node:assert";

import { rememberLast } from "../../policies/memo";

describe("rememberLast", () => {
    it("answers anew only where the question is another one", () => {
        const asked: object[] = [];
        const answer = rememberLast((question: { readonly name: string }) => {
            asked.push(question);
            return [question.name];
        });
        const a = { name: "a" };
        const twin = { name: "a" };
        assert.equal(answer(a), answer(a));
        assert.deepEqual(answer(twin), ["a"]);
        answer(a);
        assert.equal(asked.length, 3);
        assert.ok(asked[0] === a && asked[1] === twin && asked[2] === a);
    });

    it("remembers an answer that is undefined, and no error", () => {
        let times = 0;
        const answer = rememberLast((question: string) => {
            times++;
            if (question === "bad") {
                throw new Error("no answer");
            }
            return undefined;
        });
        assert.equal(answer("good"), undefined);
        assert.equal(answer("good"), undefined);
        assert.equal(times, 1);
        assert.throws(() => answer("bad"), { message: "no answer" });
        assert.throws(() => answer("bad"), { message: "no answer" });
        assert.equal(times, 3);
        assert.equal(answer("good"), undefined);
        assert.equal(times, 3);
    });
});
