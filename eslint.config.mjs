import pulumi from "@pulumi/eslint-plugin";
import regexp from "eslint-plugin-regexp";
import security from "eslint-plugin-security";
import tseslint from "typescript-eslint";

/** What may stand in a text as it is. A number is what it looks like; objects, lists, null and undefined are not. */
const TEXTS = {
    allowNumber: true,
    allow: [
        // What they are is their text.
        { from: "lib", name: ["Error", "URL", "URLSearchParams"] },
        { from: "file", name: ["SpiffeId", "TrustDomain"] },
        { from: "package", package: "@x0tta6bl4/spiffe", name: ["SpiffeId", "TrustDomain"] },
    ],
};

export default tseslint.config(
    {
        ignores: [
            "**/dist/",
            "coverage/",
            "**/gen/",
            "**/node_modules/",
            ".cache/",
            ".semgrep/",
            "packages/*/examples/",
        ],
    },
    ...tseslint.configs.recommended,
    security.configs.recommended,
    {
        plugins: { regexp },
        rules: {
            // Its guess calls every optional group unsafe; the regexp plugin works out which patterns really backtrack.
            "security/detect-unsafe-regex": "off",
            "regexp/no-super-linear-backtracking": "error",
        },
    },
    { files: ["**/*.ts", "**/*.mts"], extends: [tseslint.configs.strictTypeChecked] },
    {
        files: ["**/*.ts", "**/*.mts"],
        languageOptions: { parserOptions: { projectService: true } },
        rules: {
            "@typescript-eslint/restrict-template-expressions": ["error", TEXTS],
            // A function that returns nothing may end with another's call. A void value that is stored, combined or given on as a value is refused.
            "@typescript-eslint/no-confusing-void-expression": [
                "error",
                { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
            ],
            // A static method stands for a function: none of ours needs a `this`.
            "@typescript-eslint/unbound-method": ["error", { ignoreStatic: true }],
            "@typescript-eslint/no-explicit-any": "error",
            "@typescript-eslint/consistent-type-imports": "error",
            "@typescript-eslint/no-floating-promises": "error",
            "@typescript-eslint/no-misused-promises": "error",
            "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
            eqeqeq: "error",
            // Goes by names: every comparison with something called "token" or "secret" is flagged.
            "security/detect-possible-timing-attacks": "off",
            // Both rules flag every computed index and every variable path: noise in a tool whose job is reading files.
            "security/detect-object-injection": "off",
            "security/detect-non-literal-fs-filename": "off",
        },
    },
    {
        // Compiled against another package as it is built, by their test; before that, its types can't be known.
        files: ["packages/**/*.ts"],
        extends: [tseslint.configs.disableTypeChecked],
    },
    {
        files: ["index.ts", "components/**/*.ts"],
        plugins: { "@pulumi": pulumi },
        rules: {
            "@pulumi/no-output-in-template-literal": "error",
            "no-restricted-syntax": [
                "error",
                {
                    selector: "CallExpression[callee.type='Super'] > ObjectExpression[properties.length=0]",
                    message:
                        "Hand on the arguments, so that they stand in the state and a policy can judge what was meant.",
                },
                {
                    selector: "TemplateElement[tail=false][value.raw=/'$/]",
                    message: "Write a text into CEL with literal() or texts() of policies/engine/cel.ts.",
                },
            ],
        },
    },
    {
        files: ["policies/controls/**/*.ts", "policies/engine/cel.ts"],
        rules: {
            "no-restricted-syntax": [
                "error",
                {
                    selector: "Property[key.name='admission'] CallExpression[callee.object.name='JSON']",
                    message: "Write texts into CEL with texts() of engine/cel.ts.",
                },
                {
                    selector: "Property[key.name='admission'] TemplateElement[tail=false][value.raw=/'$/]",
                    message: "Write a text into CEL with literal() of engine/cel.ts, a pattern with pattern().",
                },
            ],
        },
    },
    {
        files: ["policies/**/*.ts"],
        rules: {
            "no-restricted-imports": [
                "error",
                {
                    paths: [
                        {
                            name: "@pulumi/policy",
                            importNames: [
                                "validateResourceOfType",
                                "validateStackResourcesOfType",
                                "remediateResourceOfType",
                            ],
                            message:
                                "Matching by class never matches custom resources, and skips stacks without the class. Match the type token.",
                        },
                    ],
                },
            ],
        },
    },
    {
        files: ["**/test/**"],
        rules: { "security/detect-non-literal-regexp": "off" },
    },
    {
        files: ["**/test/**/*.ts"],
        // A test compares what came out, and fails where that is "undefined".
        rules: { "@typescript-eslint/restrict-template-expressions": ["error", { ...TEXTS, allowNullish: true }] },
    },
    {
        files: ["**/*.mjs", "**/*.cjs"],
        languageOptions: { globals: { process: "readonly", console: "readonly" } },
        rules: {
            "@typescript-eslint/no-require-imports": "off",
            "security/detect-non-literal-fs-filename": "off",
            "security/detect-object-injection": "off",
        },
    },
);
