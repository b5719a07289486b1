using System.Text.Json.Serialization;

namespace ManagedTransformer.Recipes;

/// <summary>What to train on.</summary>
public sealed record DataRecipe
{
    /// <summary>
    /// A text file (or <c>.gz</c>), a folder with train.txt and valid.txt, or <c>builtin:stories</c>; the command line overrides it.
    /// Absent: the command line must name it.
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
}
