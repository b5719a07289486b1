using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Data.Text;

/// <summary>Options for dividing or making a corpus.</summary>
public sealed record TextCorpusOptions
{
    /// <summary>The share of a single file that is kept for validation, 0 to 1; not used where a validation file exists.</summary>
    public double ValidationFraction { get; init; } = 0.1;

    /// <summary>The share of a single file that is kept for testing, 0 to 1; not used where a test file exists.</summary>
    public double TestFraction { get; init; }

    /// <summary>True to take files byte by byte, as they are: nothing is left out, and what looks like UTF-16 is not refused.</summary>
    public bool Raw { get; init; }

    /// <summary>Where the text of a record is, in files of records.</summary>
    public RecordFields Fields { get; init; } = new();

    /// <summary>What stands behind every record but conversations, which end as their template says.</summary>
    public string Separator { get; init; } = "\n";

    /// <summary>The form of conversations, in files of records; null where there are none.</summary>
    public ChatTemplate? Template { get; init; }

    /// <summary>Selects the stories of <see cref="TextCorpus.BuiltInStories"/>.</summary>
    public ulong StorySeed { get; init; } = 1;

    /// <summary>The least length of the training stories, in characters.</summary>
    public int StoryTrainCharacters { get; init; } = 2_000_000;

    /// <summary>The least length of the validation stories, in characters; as many again are made for testing.</summary>
    public int StoryValidationCharacters { get; init; } = 100_000;
}
