import { stopShared } from "./shared";

export const mochaHooks = {
    /** The run's cluster ends with the run. */
    async afterAll(this: Mocha.Context): Promise<void> {
        this.timeout(60_000);
        await stopShared();
    },
};
