import { setImmediate } from "node:timers/promises";

/** The messages of this library's warnings while `work` runs. */
export async function warningsDuring(work: () => Promise<unknown>): Promise<string[]> {
    const messages: string[] = [];
    const hear = ({ name, message }: Error): void => {
        if (name === "SpiffeWarning" || name === "MaxListenersExceededWarning") {
            messages.push(message);
        }
    };
    process.on("warning", hear);
    try {
        await work();
        // A warning is told in the next turn of the event loop.
        await setImmediate();
    } finally {
        process.off("warning", hear);
    }
    return messages;
}
