using System.Text.Json.Nodes;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Fuzz.Targets;

/// <summary>Chat templates, each of which makes a prompt.</summary>
internal static class TemplateTargets
{
    private const string Template = "chat_template.jinja", Config = "tokenizer_config.json";

    private static readonly ChatMessage[] _messages =
        [new("system", "Be brief."), new("user", "Hello?\n <b>"), new("assistant", "Yes."), new("user", "Why")];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("template", "chat templates", Template, Apply)
        {
            Words =
            [
                "{%", "%}", "{{", "}}", "{%-", "-%}", "{#", "#}", "for ", " in ", "range(99999999)", "if ", "else", "elif ", "endif",
                "endfor", "macro f(x)", "endmacro", "f(f)", "set x = ", "set ns.x = ", "namespace()", "messages", "messages[::-1]", "[0]",
                "['role']", ".items()", "|tojson", "|length", "|join(',')", "|map('upper')", "|selectattr('a')", "|indent(9)",
                "|replace('a','b'*99)", " * 99999", " ** 99999", " ~ ", " not ", " is defined", "'a' * 1000000", "loop.index",
                "loop.cycle(1)", "raise_exception('x')", "strftime_now('%Y')", "__class__", "__mro__", "1/0", "1//0", "1%0", "0.0", "[[",
                "{'a':", "%'%s'", "|format(1)", "break", "continue", "recursive", "loop(x)", "caller()", "call f()", "filter upper",
                "-9223372036854775808", "|round(99)", "|batch(0)", "|slice(0)",
            ],
        },
        new("template-config", "tokenizer_config.json with chat templates", Config, Apply)
        {
            Form = FuzzForm.Json,
            Written = () => TinyModels.Folder(TinyModels.Language()).Where(file => file.Key == Config).ToDictionary(),
        },
    ];

    private static void Apply(string folder)
    {
        if (ChatTemplateFiles.Read(folder) is { } read)
        {
            ChatTemplate template = new(read.Source, "The chat template")
            {
                BeginningOfText = "<s>",
                EndOfText = "</s>",
                Variables = new JsonObject { ["enable_thinking"] = true, ["tools"] = new JsonArray(new JsonObject { ["name"] = "f" }) },
                Templates = read.Templates,
                Tokens = read.Tokens,
                Clock = TimeProvider.System,
            };
            template.Format(_messages);
            template.Format([_messages[1]], addGenerationPrompt: false);
        }
    }
}
