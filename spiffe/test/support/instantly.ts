/** Options of a watch that waits for nothing between its attempts. */
export const instantly = { random: () => 0, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) };
