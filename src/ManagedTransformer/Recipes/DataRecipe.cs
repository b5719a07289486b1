using System.Text.Json.Serialization;
using ManagedTransformer.Data.Text;

namespace ManagedTransformer.Recipes;

/// <summary>What to train on.</summary>
public sealed record DataRecipe
{
    /// <summary>
    /// A text file or JSON lines (<c>.jsonl</c>; each also as <c>.gz</c>), a folder with train.txt and valid.txt, a folder of such files,
    /// or <c>builtin:stories</c>; the command line overrides it. Absent: the command line must name it.
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

    /// <summary>Where the text of a record is, in JSON lines; null for the fields text, or prompt and completion.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RecordFields? Fields { get; set; }

    /// <summary>
    /// What stands behind every record of JSON lines, for instance a special token of the tokenizer; null for a line end.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Separator { get; set; }
}
