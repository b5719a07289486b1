namespace ManagedTransformer.Data.Text;

/// <summary>Where the text of a record is: the names of fields of JSON lines.</summary>
public sealed record RecordFields
{
    /// <summary>A text, all of which is learnt.</summary>
    public string Text { get; set; } = "text";

    /// <summary>What is read and not learnt.</summary>
    public string Prompt { get; set; } = "prompt";

    /// <summary>What follows the prompt and is learnt.</summary>
    public string Completion { get; set; } = "completion";
}
