using System.Text.Json.Serialization;

namespace ManagedTransformer.Data.Text;

/// <summary>Where the text of a record is: the names of fields of JSON lines, or of columns of Parquet files.</summary>
/// <remarks>Where some are named by other names than the usual ones, records must have those, and nothing else is looked for.</remarks>
public sealed record RecordFields
{
    private const string UsualText = "text", UsualPrompt = "prompt", UsualCompletion = "completion", UsualMessages = "messages";

    /// <summary>A text, all of which is learnt.</summary>
    public string Text { get; set; } = UsualText;

    /// <summary>What is read and not learnt.</summary>
    public string Prompt { get; set; } = UsualPrompt;

    /// <summary>What follows the prompt and is learnt.</summary>
    public string Completion { get; set; } = UsualCompletion;

    /// <summary>
    /// A conversation: a list of objects with <c>role</c> and <c>content</c>, of which the assistant's turns are learnt. Where it is named,
    /// records are conversations; null: <c>messages</c>, of records that have neither text nor prompt and completion.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Messages { get; set; }

    /// <summary>The name of conversations.</summary>
    internal string MessagesOrUsual => Messages ?? UsualMessages;

    /// <summary>Whether records may have a text.</summary>
    internal bool TakesText => NamesText || !NamesPrompts;

    /// <summary>Whether records may have a prompt and a completion.</summary>
    internal bool TakesPrompts => NamesPrompts || !NamesText;

    /// <summary>Whether records without any of these may be conversations.</summary>
    internal bool TakesMessages => !NamesText && !NamesPrompts;

    private bool NamesText => Text != UsualText;

    private bool NamesPrompts => Prompt != UsualPrompt || Completion != UsualCompletion;

    /// <summary>Says what was looked for and is missing.</summary>
    /// <param name="article">Goes before the name of a field, where one is needed.</param>
    /// <param name="one">What a field is called; may be empty.</param>
    internal string DescribeMissing(string article, string one)
    {
        string prompts = $"'{Prompt}' and '{Completion}'";
        return TakesMessages ? $"neither {article}{one}'{Text}' nor {prompts}, nor a conversation '{MessagesOrUsual}'"
            : TakesText && TakesPrompts ? $"neither {article}{one}'{Text}' nor {prompts}"
            : $"no {one}{(TakesText ? $"'{Text}'" : prompts)}";
    }
}
