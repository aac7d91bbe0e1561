import { ignoreRejection, reportCallbackFailure } from "./callbacks.js";

/** The end of time, as a Date has it. */
const END_OF_TIME = 8.64e15;

/**
 * The time by a clock of the library's user, or the system's without one. A clock that fails, or gives what is no moment, is reported and
 * taken to say that all has expired: compared with no time at all, nothing ever would have.
 */
export function timeBy(clock: (() => Date) | undefined): Date {
    if (clock === undefined) {
        return new Date();
    }
    try {
        const time: unknown = clock();
        if (time instanceof Date && !Number.isNaN(time.getTime())) {
            return time;
        }
        ignoreRejection("The clock", time);
        reportCallbackFailure("The clock", new Error("it gave no valid Date"));
    } catch (error) {
        reportCallbackFailure("The clock", error);
    }
    return new Date(END_OF_TIME);
}
