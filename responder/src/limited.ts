/** @returns `run`, of which so many calls are under way at once at most; the others wait, first come, first served */
export function limited<A, T>(atOnce: number, run: (argument: A) => Promise<T>): (argument: A) => Promise<T> {
    let free = atOnce;
    const waiting: (() => void)[] = [];
    return async (argument) => {
        if (free > 0) {
            free--;
        } else {
            await new Promise<void>((resolve) => waiting.push(resolve));
        }
        try {
            return await run(argument);
        } finally {
            const next = waiting.shift();
            if (next === undefined) {
                free++;
            } else {
                next();
            }
        }
    };
}
