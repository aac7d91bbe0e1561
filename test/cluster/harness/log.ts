/** Progress goes to stderr, so that stdout stays what a command answers (a kubeconfig, a status). */
export function progress(message: string): void {
    process.stderr.write(`cluster: ${message}\n`);
}

/** What a failed component said last, for an error message that can be acted on. */
export function lastLines(text: string, count = 15): string {
    const lines = text.trimEnd().split("\n");
    return lines.slice(-count).join("\n");
}
