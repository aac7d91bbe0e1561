/**
 * Guards for every suite. Mocha ignores unhandled rejections: an exception inside an `apply` or a mock would drop a
 * resource and leave the test green. Here such a rejection fails the test during which it happened.
 */
const strays: unknown[] = [];

process.on("unhandledRejection", (reason) => {
    strays.push(reason);
});

export const mochaHooks = {
    /** Lets pending rejections surface, then fails the test that caused them. */
    async afterEach(): Promise<void> {
        await new Promise((resolve) => setImmediate(resolve));
        const reasons = strays.splice(0);
        if (reasons.length > 0) {
            throw new AggregateError(
                reasons,
                `${reasons.length} unhandled rejection(s): ${reasons.map(String).join("; ")}`,
            );
        }
    },
};
