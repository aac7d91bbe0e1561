import type { OptionTable } from "./options";
import { HELP } from "./options";

/** A command as a shell completes it. */
export interface Completed {
    readonly name: string;
    readonly summary: string;
    readonly options: OptionTable;
    /** Its operands are paths. */
    readonly paths: boolean;
    /** The words that its operands may be, where they are known. */
    readonly words: readonly string[];
}

type Option = OptionTable[string];

/** What stands for a value: words, a path, or something that a shell can't know; undefined for a flag. */
function valueOf(option: Option): { readonly words: readonly string[]; readonly path: boolean } | undefined {
    if (option.type === "flag") {
        return undefined;
    }
    return {
        words: option.type === "text" ? (option.choices ?? []) : [],
        path: /^(?:FILE|DIR|PATH|EVENTS)$/.test(option.value),
    };
}

function optionsOf({ options }: Completed): readonly (readonly [name: string, option: Option])[] {
    return Object.entries<Option>({ ...options, ...HELP });
}

function flagsOf(name: string, { short }: Option): readonly string[] {
    return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
}

/** A text as one word of bash and zsh. */
function quoted(text: string): string {
    return `'${text.replaceAll("'", "'\\''")}'`;
}

const PATHS = "IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\"))";

function wordsOf(words: readonly string[]): string {
    return `COMPREPLY=($(compgen -W ${quoted(words.join(" "))} -- "$cur"))`;
}

/** A script for bash 3.2 and later. */
function bash(commands: readonly Completed[]): string {
    const values = commands.flatMap((command) =>
        optionsOf(command).flatMap(([name, option]) => {
            const value = valueOf(option);
            const pattern = flagsOf(name, option).map((flag) => quoted(`${command.name} ${flag}`));
            const reply = value?.path === true ? PATHS : value?.words.length === 0 ? ":" : wordsOf(value?.words ?? []);
            return value === undefined ? [] : [`        ${pattern.join("|")}) ${reply}; return ;;`];
        }),
    );
    const rest = commands.flatMap((command) => {
        const flags = optionsOf(command).flatMap(([name, option]) => flagsOf(name, option));
        const operand = command.paths ? PATHS : wordsOf(command.words);
        return [`        '${command.name} '-*) ${wordsOf(flags)} ;;`, `        '${command.name} '*) ${operand} ;;`];
    });
    return [
        "_hardening() {",
        '    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}" IFS=$\' \\t\\n\'',
        "    COMPREPLY=()",
        '    if [ "$COMP_CWORD" -eq 1 ]; then',
        `        ${wordsOf(commands.map(({ name }) => name))}`,
        "        return",
        "    fi",
        '    case "$command $prev" in',
        ...values,
        "    esac",
        '    case "$command $cur" in',
        ...rest,
        "    esac",
        "}",
        "complete -F _hardening hardening",
        "",
    ].join("\n");
}

/** A script for zsh, in a folder of `$fpath` or read by `source`. */
function zsh(commands: readonly Completed[]): string {
    const described = commands.map(({ name, summary }) => quoted(`${name}:${summary}`));
    const cases = commands.flatMap((command) => {
        const specs = optionsOf(command).flatMap(([name, option]) => {
            const said = `[${option.description.replace(/[[\]:\\]/g, "\\$&")}]`;
            const many = option.type === "text" && option.multiple === true ? "*" : "";
            return flagsOf(name, option).map((flag) => quoted(`${many}${flag}${said}${zshValue(option)}`));
        });
        const operand = command.paths
            ? ["'*:path:_files'"]
            : command.words.length > 0
              ? [quoted(`*:word:(${command.words.join(" ")})`)]
              : [];
        return [`        ${command.name}) _arguments ${[...specs, ...operand].join(" \\\n            ")} ;;`];
    });
    return [
        "#compdef hardening",
        "_hardening() {",
        "    local -a commands",
        `    commands=(${described.join(" \\\n        ")})`,
        "    if (( CURRENT == 2 )); then",
        "        _describe command commands",
        "        return",
        "    fi",
        "    shift words",
        "    (( CURRENT-- ))",
        "    case $words[1] in",
        ...cases,
        "    esac",
        "}",
        'if [ "$funcstack[1]" = _hardening ]; then _hardening "$@"; else compdef _hardening hardening; fi',
        "",
    ].join("\n");
}

function zshValue(option: Option): string {
    const value = valueOf(option);
    if (option.type === "flag" || value === undefined) {
        return "";
    }
    return `:${option.value}:${value.path ? "_files" : `(${value.words.join(" ")})`}`;
}

/** A script for fish. */
function fish(commands: readonly Completed[]): string {
    const text = (said: string) => `'${said.replace(/['\\]/g, "\\$&")}'`;
    const lines = commands.flatMap((command) => {
        const here = `complete -c hardening -n '__hardening_has ${command.name}'`;
        return [
            `complete -c hardening -n __hardening_has_none -a ${command.name} -d ${text(command.summary)}`,
            ...optionsOf(command).map(([name, option]) => {
                const value = valueOf(option);
                const short = option.short === undefined ? "" : ` -s ${option.short}`;
                const words =
                    value === undefined || value.words.length === 0 ? "" : ` -a ${text(value.words.join(" "))}`;
                const takes = value === undefined ? "" : value.path ? " -r -F" : ` -x${words}`;
                return `${here} -l ${name}${short}${takes} -d ${text(option.description)}`;
            }),
            ...(command.paths ? [`${here} -F`] : []),
            ...(command.words.length > 0 ? [`${here} -a ${text(command.words.join(" "))}`] : []),
        ];
    });
    return [
        "function __hardening_has_none; test (count (commandline -opc)) -eq 1; end",
        "function __hardening_has; set -l words (commandline -opc); test (count $words) -gt 1; and test $words[2] = $argv[1]; end",
        "complete -c hardening -f",
        ...lines,
        "",
    ].join("\n");
}

/** The shells there are scripts for. */
export const SHELLS: Readonly<Record<string, (commands: readonly Completed[]) => string>> = { bash, zsh, fish };
