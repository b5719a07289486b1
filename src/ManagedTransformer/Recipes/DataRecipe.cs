using System.Text.Json.Serialization;
using ManagedTransformer.Data.Text;

namespace ManagedTransformer.Recipes;

/// <summary>What to train on.</summary>
public sealed record DataRecipe
{
    /// <summary>
    /// A text file or JSON lines (<c>.jsonl</c>; each also as <c>.gz</c>), a Parquet file, a folder with train.txt and valid.txt, a folder
    /// of such files, or <c>builtin:stories</c>; the command line overrides it. Absent: the command line must name it.
    /// </summary>
    public string? Source { get; set; }

    /// <summary>Share of a single file, at its end, that is kept for validation.</summary>
    public double ValidationFraction { get; set; } = 0.1;

    /// <summary>Share of a single file, behind the validation part, that is kept for testing.</summary>
    public double TestFraction { get; set; }

    /// <summary>
    /// Takes files byte by byte, as they are. Otherwise they are text in UTF-8: a byte-order mark is dropped, CR LF counts as LF, and
    /// UTF-16 is refused.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Raw { get; set; }

    /// <summary>
    /// Where the text of a record is, in JSON lines and Parquet files; null for the fields text, or prompt and completion, or messages.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RecordFields? Fields { get; set; }

    /// <summary>
    /// What stands behind every record of JSON lines and Parquet files, for instance a special token of the tokenizer; null for a line
    /// end. Conversations end as their chat template says.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Separator { get; set; }

    /// <summary>
    /// The chat template of conversations: a folder that has one, as of a model, or a file in Jinja. Absent: that of the model that
    /// training begins with, or that beside the tokenizer's file.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Template { get; set; }
}
