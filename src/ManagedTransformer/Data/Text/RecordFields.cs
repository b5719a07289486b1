using System.Text.Json.Serialization;

namespace ManagedTransformer.Data.Text;

/// <summary>Where the text of a record is: the names of fields of JSON lines, or of columns of Parquet files.</summary>
/// <remarks>
/// Where some are named by other names than the usual ones, records must have those, and nothing else is looked for. A record that has both
/// a text and a prompt or a completion is refused, unless one of these names is null.
/// </remarks>
public sealed record RecordFields
{
    private const string UsualText = "text", UsualPrompt = "prompt", UsualCompletion = "completion", UsualMessages = "messages";

    /// <summary>A text, all of which is learnt; null: texts beside prompts and completions are passed over.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Text { get; set; } = UsualText;

    /// <summary>What is read and not learnt; null: prompts and completions beside texts are passed over.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Prompt { get; set; } = UsualPrompt;

    /// <summary>What follows the prompt and is learnt; null as for the prompt.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Completion { get; set; } = UsualCompletion;

    /// <summary>
    /// A conversation: a list of objects with <c>role</c> and <c>content</c>, of which the assistant's turns are learnt. Where it is named,
    /// records are conversations; null: <c>messages</c>, of records that have neither text nor prompt and completion.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Messages { get; set; }

    /// <summary>The name of conversations.</summary>
    internal string MessagesOrUsual => Messages ?? UsualMessages;

    /// <summary>The name of texts; null where records may have none.</summary>
    internal string? TextToTake => NamesText || !NamesPrompts ? Text : null;

    /// <summary>The names of prompts and completions; null where records may have none.</summary>
    internal (string Prompt, string Completion)? PromptsToTake =>
        Prompt is { } prompt && Completion is { } completion && (NamesPrompts || !NamesText) ? (prompt, completion) : null;

    /// <summary>Whether records without any of these may be conversations.</summary>
    internal bool TakesMessages => !NamesText && !NamesPrompts;

    private bool NamesText => Text is not (null or UsualText);

    private bool NamesPrompts => Prompt is not null && Completion is not null && (Prompt, Completion) != (UsualPrompt, UsualCompletion);

    /// <summary>Refuses a record that could be taken for two.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="prompt">Its prompt.</param>
    /// <param name="completion">Its completion.</param>
    /// <param name="place">Where it is.</param>
    /// <exception cref="InputException">It has a text, and a prompt or a completion.</exception>
    internal void RefuseBoth(string? text, string? prompt, string? completion, string place)
    {
        if (text is not null && (prompt ?? completion) is not null)
        {
            throw new InputException(
                $"{place}: the record has both '{Text}' and '{(prompt is not null ? Prompt : Completion)}'; with data.fields.prompt=null "
                + "its text is taken, with data.fields.text=null prompt and completion.");
        }
    }

    /// <summary>Says what was looked for and is missing.</summary>
    /// <param name="article">Goes before the name of a field, where one is needed.</param>
    /// <param name="one">What a field is called; may be empty.</param>
    internal string DescribeMissing(string article, string one)
    {
        string? text = TextToTake is { } name ? $"'{name}'" : null;
        string? prompts = PromptsToTake is var (prompt, completion) ? $"'{prompt}' and '{completion}'" : null;
        string? messages = TakesMessages ? $"a conversation '{MessagesOrUsual}'" : null;
        return (text, prompts) switch
        {
            (not null, not null) => $"neither {article}{one}{text} nor {prompts}{(messages is null ? "" : $", nor {messages}")}",
            (null, null) => $"no {messages![2..]}",
            _ => messages is null ? $"no {one}{text ?? prompts}" : $"neither {article}{one}{text ?? prompts} nor {messages}",
        };
    }
}
