using System.Text.Json.Serialization;

namespace ManagedTransformer.Data.Text;

/// <summary>Where the text of a record is: the names of fields of JSON lines, or of columns of Parquet files.</summary>
public sealed record RecordFields
{
    /// <summary>A text, all of which is learnt.</summary>
    public string Text { get; set; } = "text";

    /// <summary>What is read and not learnt.</summary>
    public string Prompt { get; set; } = "prompt";

    /// <summary>What follows the prompt and is learnt.</summary>
    public string Completion { get; set; } = "completion";

    /// <summary>
    /// A conversation: a list of objects with <c>role</c> and <c>content</c>, of which the assistant's turns are learnt. Where it is named,
    /// records are conversations; null: <c>messages</c>, of records that have neither text nor prompt and completion.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Messages { get; set; }

    /// <summary>The name of conversations.</summary>
    internal string MessagesOrUsual => Messages ?? "messages";
}
