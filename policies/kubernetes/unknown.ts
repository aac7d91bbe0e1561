/** A value that only exists after deployment was read during preview, so a control can't tell. */
export class UnknownValueError extends Error {
    /** The name under which `@pulumi/policy` marks its own error of this kind; `isUnknownValueError` looks for it. */
    public readonly unknownTypeSentinel = "unknown";

    constructor(
        public readonly props: readonly (string | symbol)[],
        message = `the value at ${props.map(String).join(".")} is not known before deployment`,
    ) {
        super(message);
        this.name = "UnknownValueError";
    }
}

/** The error of reading an unknown value, whether it was thrown here or by `@pulumi/policy`. */
export interface UnknownValue extends Error {
    readonly props: readonly (string | symbol)[];
}

/** Says whether `error` means "unknown in preview"; anything else is a defect of the control that threw it. */
export function isUnknownValueError(error: unknown): error is UnknownValue {
    return error instanceof Error && "unknownTypeSentinel" in error && "props" in error;
}

/** What `read` returns, or undefined where it needs a value that is unknown before deployment. */
export function ifKnown<T>(read: () => T): T | undefined {
    try {
        return read();
    } catch (error) {
        if (isUnknownValueError(error)) {
            return undefined;
        }
        throw error;
    }
}
