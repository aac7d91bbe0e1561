/** Space or tab. */
export function isBlank(code: number): boolean {
    return code === 0x20 || code === 0x09;
}

/** What ends a line in YAML 1.1 (section 4.2): CR, LF, NEL, LS and PS. */
export function isBreak(code: number): boolean {
    return code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
}

/** The code of a place behind the text is `NaN`. */
export function isBreakOrEnd(code: number): boolean {
    return isBreak(code) || Number.isNaN(code);
}

export function isBlankOrEnd(code: number): boolean {
    return isBlank(code) || isBreakOrEnd(code);
}

export function lengthOfBreak(text: string, at: number): number {
    return text.charCodeAt(at) === 0x0d && text.charCodeAt(at + 1) === 0x0a ? 2 : 1;
}

/** How a line break stands in a scalar: LS and PS stay what they are. */
export function breakAt(text: string, at: number): string {
    const code = text.charCodeAt(at);
    return code === 0x2028 || code === 0x2029 ? text.charAt(at) : "\n";
}
